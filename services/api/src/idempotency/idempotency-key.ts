import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Printable ASCII. The draft's form is a structured string, `"…"`; most clients send it bare. */
const keyPattern = /^[\x20-\x7e]{1,255}$/;

/**
 * The key of an `Idempotency-Key` header (IETF draft-ietf-httpapi-idempotency-key-header), in either form; undefined without one. Throws INVALID_REQUEST, which does
 * not quote it.
 */
export function idempotencyKeyOf(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = typeof header === 'string' ? header.trim() : '';
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1');
  const key = quoted ?? text;
  if (keyPattern.test(key) && (quoted !== undefined || !text.startsWith('"'))) return key;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the idempotency key can’t be read',
    where: 'header idempotency-key',
    expected: 'one key of 1 to 255 printable ASCII characters, in double quotes or bare',
    action: 'make a UUID for each study, and send it again with each try of the same study',
  });
}
