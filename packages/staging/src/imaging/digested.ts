import { createHash } from 'node:crypto';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FileBytes } from './imaging-protocol.ts';

/** The file's bytes, which are those that were uploaded. `name` stands in the error's own words: its place is not told to clients. Throws INPUT_LOST. */
export function verified({ bytes, sha256 }: FileBytes, name: string): Uint8Array {
  const found = digestOf(bytes);
  if (found === sha256) return bytes;
  throw new HepastageError(ErrorCode.INPUT_LOST, {
    what: `the stored file of ${name} is not the one that was uploaded`,
    expected: `sha256 ${sha256}`,
    received: found,
    action: 'check the object store, and send the study again',
  });
}

export function digested(bytes: Uint8Array): FileBytes {
  return { bytes, sha256: digestOf(bytes) };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
