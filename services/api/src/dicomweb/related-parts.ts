import type { Readable } from 'node:stream';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { parseMediaType } from './media-type.ts';
import type { OpenPart } from './open-part.ts';
import { PartFeed } from './part-feed.ts';
import { WholeBody } from './whole-body.ts';

/** One object of a STOW-RS request. */
export interface RelatedPart {
  /** In lower case; whoever takes the part checks that it is application/dicom. */
  readonly mediaType: string;
  /** UID of the transfer syntax that the part says it is written in. The object itself knows better. */
  readonly transferSyntax?: string;
  readonly content: AsyncIterable<Buffer>;
}

export interface RelatedLimits {
  readonly partsMax: number;
  readonly headerBytesMax: number;
}

const dicomMediaType = 'application/dicom';
/** RFC 2046 allows 70; Orthanc's DICOMweb plug-in sends 73. */
const boundaryCharactersMax = 200;

/**
 * The objects of a STOW-RS request (PS3.18 10.5.1) one after the other, as they stream in: the parts of a multipart/related body (RFC 2387),
 * or a body that is one object. Content that is left unread is passed over when the next part is asked for. Whoever stops early leaves
 * `body` paused and whole, so that an answer can still be sent. `signal` ends the wait for a client that sends nothing, with its reason.
 *
 * Throws UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST, TOO_MANY_PARTS, UPLOAD_ABORTED, and what `body` is destroyed with if that is one of ours.
 */
export async function* relatedParts(
  body: Readable,
  contentType: string | undefined,
  { partsMax, headerBytesMax }: RelatedLimits,
  signal?: AbortSignal,
): AsyncGenerator<RelatedPart, void, void> {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) {
    using whole = new WholeBody(body, signal);
    yield relatedPart(contentType, withoutReturn(whole.part));
    await whole.part.drain();
    return;
  }
  using feed = new PartFeed(body, { boundary, headerBytesMax }, signal);
  for (let position = 1; ; position++) {
    const part = await feed.next();
    if (part === undefined) return;
    if (position > partsMax) throw tooManyParts(partsMax);
    yield relatedPart(part.contentType ?? untyped, withoutReturn(part));
    await part.drain();
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

/** A reader that stops does not end the part: its rest must be passed over. */
function withoutReturn(part: OpenPart): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => ({ next: async () => part.next() }) };
}

/** Undefined: the body is one object. Throws UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST. */
function boundaryOf(contentType: string | undefined): string | undefined {
  const type = parseMediaType(contentType ?? '');
  if (type?.essence === dicomMediaType) return undefined;
  // RFC 2387 demands the type of the root; clients that leave it out mean the only one that there is.
  const root = parseMediaType(type?.params.get('type') ?? dicomMediaType);
  if (type?.essence !== 'multipart/related' || root?.essence !== dicomMediaType) {
    throw new HepastageError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, {
      what: 'this route does not take a body of this type',
      where: 'header content-type',
      expected: `multipart/related; type="${dicomMediaType}"; boundary=…`,
      action: 'send DICOM objects as STOW-RS does',
    });
  }
  const boundary = type.params.get('boundary') ?? '';
  if (boundary.length > 0 && boundary.length <= boundaryCharactersMax) return boundary;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what:
      boundary === ''
        ? 'the boundary between the parts is missing'
        : 'the boundary between the parts is too long',
    where: 'header content-type',
    expected: `a boundary of 1 to ${boundaryCharactersMax} characters`,
    action: 'let your DICOMweb client build the request',
  });
}

function tooManyParts(partsMax: number): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_PARTS, {
    what: 'the request has too many parts',
    expected: `at most ${partsMax}`,
    action: 'send the study in several requests',
  });
}
