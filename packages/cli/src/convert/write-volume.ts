import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { encodeVolume, type Volume } from '@hepastage/imaging';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { systemReason } from '../system-reason.ts';

/** The fastest: higher levels make noisy images hardly smaller. */
const gzipLevel = 1;
/** Given to zlib at once. */
const chunkBytes = 1 << 20;

/** Writes a volume as .nii.gz. What is at `path` is complete at any time. Throws INVALID_REQUEST where it can't be written. */
export async function writeVolume(path: string, volume: Volume): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const gzip = createGzip({ level: gzipLevel });
    await pipeline(Readable.from(chunksOf(encodeVolume(volume))), gzip, createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the file can’t be written',
      where: path,
      received: systemReason(error),
      action: 'make room, or give a folder that you may write to',
    });
  }
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
