import { constants, gunzipSync, type ZlibOptions } from 'node:zlib';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { bytesMax, type HeaderClaims, checkNotLonger, truncated } from './claims.ts';

/** Deflate cannot shrink data further than this (zlib.net, "Maximum Compression Factor"). */
const deflateRatioMax = 1032;
/** Compressed bytes that hold a header in all but odd files; doubled until they do. */
const peekBytes = 4096;
/** A smaller output buffer would come from Node's shared pool, which can't be transferred to another thread. */
const chunkBytesMin = 65_536;

/** Whether a file that begins with these bytes is gzipped. */
export function isGzip(firstBytes: Uint8Array): boolean {
  return firstBytes[0] === 0x1f && firstBytes[1] === 0x8b;
}

/** The first bytes that the stream holds: at least `wanted`, or all of them. Throws CORRUPT_GZIP, TRUNCATED_FILE. */
export function peekGzip(file: Uint8Array, wanted: number): Uint8Array {
  for (let bytes = peekBytes; ; bytes *= 2) {
    // A flush instead of a finish: the stream goes on after the part that is read here.
    const peeked = gunzip(file.subarray(0, bytes), { finishFlush: constants.Z_SYNC_FLUSH });
    if (peeked.length >= wanted) return peeked;
    // A stream shorter than a header: finishing it tells a short file from a cut one.
    if (bytes >= file.length) return gunzip(file, {});
  }
}

/** The whole stream, all its members, never more than the claimed bytes. Throws CORRUPT_GZIP, TRUNCATED_FILE, INVALID_HEADER. */
export function gunzipClaimed(file: Uint8Array, claims: HeaderClaims): Uint8Array {
  if (file.length * deflateRatioMax < claims.endOffset) {
    throw truncated(`${claims.endOffset} bytes when decompressed`, `${file.length} compressed`);
  }
  const maxOutputLength = bytesMax(claims.endOffset);
  try {
    // One chunk for everything: no second copy, and the fastest by measurement.
    return gunzip(file, { maxOutputLength, chunkSize: Math.max(chunkBytesMin, maxOutputLength) });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') checkNotLonger(claims, maxOutputLength + 1);
    throw error;
  }
}

/** The error of a node:zlib call or stream as CORRUPT_GZIP or TRUNCATED_FILE; others come back as they are. */
export function gzipError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'Z_BUF_ERROR') return truncated('a whole gzip stream', 'a part of one');
  if (code === undefined || !code.startsWith('Z_')) return error;
  return new HepastageError(ErrorCode.CORRUPT_GZIP, {
    what: 'the gzip stream is damaged',
    action: 'compress or transfer the file again',
    cause: error,
  });
}

function gunzip(bytes: Uint8Array, options: ZlibOptions): Uint8Array {
  try {
    const { buffer, byteOffset, length } = gunzipSync(bytes, options);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    throw gzipError(error);
  }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
