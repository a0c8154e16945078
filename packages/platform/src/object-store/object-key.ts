/** Longest key in bytes: S3's limit, less room for the store's own prefix. */
const keyBytesMax = 900;
/** Longest part between two slashes, in bytes: that of a file name. */
const segmentBytesMax = 255;
/** Letters that mean the same to file systems, URLs and S3. A segment never begins with a dot: no `..`, and no clash with our own files. */
const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** Throws a RangeError unless `key` is a relative path of plain segments. A bad key is a fault of the caller, never of a request. */
export function assertObjectKey(key: string): void {
  const segments = key.split('/');
  if (key.length > keyBytesMax || !segments.every(isSegment)) throw badKey('key', key);
}

/** The same for a prefix, which may be empty, end with a slash or break off within a segment. */
export function assertKeyPrefix(prefix: string): void {
  const segments = prefix.split('/');
  const last = segments.pop() ?? '';
  if (prefix.length > keyBytesMax || !segments.every(isSegment) || (last !== '' && !isSegment(last)))
    throw badKey('prefix', prefix);
}

function isSegment(text: string): boolean {
  return text.length <= segmentBytesMax && segment.test(text);
}

function badKey(kind: string, received: string): RangeError {
  return new RangeError(
    `expected an object ${kind} of letters, digits and . _ - between single slashes, no segment beginning with a dot, ` +
      `received ${JSON.stringify(received)}`,
  );
}
