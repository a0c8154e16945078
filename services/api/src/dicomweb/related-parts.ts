import type { Readable } from 'node:stream';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { drain } from '../door/borrowed.ts';
import { type MediaType, parseMediaType } from '../http/media-type.ts';
import { type BodyLimits, BodyReader } from '../multipart/body-reader.ts';
import { MultipartReader } from '../multipart/multipart-reader.ts';

/** One object of a STOW-RS request. */
export interface RelatedPart {
  /** In lower case; whoever takes the part checks that it is application/dicom. */
  readonly mediaType: string;
  /** UID of the transfer syntax that the part says it is written in. The object itself knows better. */
  readonly transferSyntax?: string;
  readonly content: AsyncIterable<Buffer>;
}

export interface RelatedLimits extends BodyLimits {
  readonly partsMax: number;
  readonly headerBytesMax: number;
}

const dicomMediaType = 'application/dicom';

/**
 * The objects of a STOW-RS request (PS3.18 10.5.1) one after the other, as they stream in: the parts of a multipart/related body (RFC 2387),
 * or a body that is one object. Content that is left unread is passed over when the next part is asked for. Whoever stops early leaves
 * `body` paused and whole, so that an answer can still be sent.
 *
 * Throws UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST, TOO_MANY_PARTS, and what `BodyReader` does.
 */
export async function* relatedParts(
  body: Readable,
  contentType: string | undefined,
  { partsMax, headerBytesMax, ...limits }: RelatedLimits,
): AsyncGenerator<RelatedPart, void, void> {
  const type = typeOf(contentType);
  using reader = new BodyReader(body, limits);
  if (type.essence === dicomMediaType) {
    yield relatedPart(contentType, reader);
    await drain(reader);
    return;
  }
  const boundary = type.params.get('boundary');
  const multipart = new MultipartReader(reader, { type: 'multipart/related', boundary, headerBytesMax });
  let parts = 0;
  for await (const { header, content } of multipart.parts()) {
    if (++parts > partsMax) throw tooManyParts(partsMax);
    yield relatedPart(header.get('content-type') ?? untyped, content);
  }
}

/** What a part without a type is (RFC 2046 5.1). */
const untyped = 'text/plain';

function relatedPart(contentType: string | undefined, content: AsyncIterable<Buffer>): RelatedPart {
  const type = parseMediaType(contentType ?? '');
  const transferSyntax = type?.params.get('transfer-syntax');
  return {
    mediaType: type?.essence ?? '',
    ...(transferSyntax !== undefined && { transferSyntax }),
    content,
  };
}

/** The type of the whole body. Throws UNSUPPORTED_MEDIA_TYPE. */
function typeOf(contentType: string | undefined): MediaType {
  const type = parseMediaType(contentType ?? '');
  if (type?.essence === dicomMediaType) return type;
  // RFC 2387 demands the type of the root; clients that leave it out mean the only one that there is.
  const root = parseMediaType(type?.params.get('type') ?? dicomMediaType);
  if (type?.essence === 'multipart/related' && root?.essence === dicomMediaType) return type;
  throw new HepastageError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, {
    what: 'this route does not take a body of this type',
    where: 'header content-type',
    expected: `multipart/related; type="${dicomMediaType}"; boundary=…`,
    action: 'send DICOM objects as STOW-RS does',
  });
}

function tooManyParts(partsMax: number): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_PARTS, {
    what: 'the request has too many parts',
    expected: `at most ${partsMax}`,
    action: 'send the study in several requests',
  });
}
