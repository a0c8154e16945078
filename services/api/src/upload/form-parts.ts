import type { FastifyRequest } from 'fastify';
import { parseMediaType } from '../http/media-type.ts';
import { type BodyLimits, BodyReader } from '../multipart/body-reader.ts';
import { MultipartReader } from '../multipart/multipart-reader.ts';

/** One part of a form. */
export interface FormPart {
  /** Undefined: it does not say. */
  readonly name: string | undefined;
  readonly content: AsyncIterable<Buffer>;
}

/**
 * The parts of a multipart/form-data body (RFC 7578) one after the other, as they stream in. Content that is left unread is passed over when the next part is
 * asked for. Throws INVALID_REQUEST, and what `BodyReader` does.
 */
export async function* formParts(
  { raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>,
  limits: BodyLimits,
  headerBytesMax: number,
): AsyncGenerator<FormPart, void, void> {
  using reader = new BodyReader(raw, limits);
  const boundary = parseMediaType(headers['content-type'] ?? '')?.params.get('boundary');
  const multipart = new MultipartReader(reader, { type: 'multipart/form-data', boundary, headerBytesMax });
  for await (const { header, content } of multipart.parts())
    yield { name: nameIn(header.get('content-disposition') ?? ''), content };
}

/** A disposition (RFC 2183) is written as a subtype with parameters is. */
function nameIn(disposition: string): string | undefined {
  const type = parseMediaType(`part/${disposition}`);
  return type?.essence === 'part/form-data' ? type.params.get('name') : undefined;
}
