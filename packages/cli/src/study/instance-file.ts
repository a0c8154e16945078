import { readFileSync } from 'node:fs';
import type { DicomInstance } from '@hepastage/proto';
import { unreadable } from '../input-file.ts';

/** The file of an instance of an opened study. Throws INVALID_REQUEST. */
export function instanceFile({ key }: DicomInstance): Uint8Array {
  try {
    return readFileSync(key);
  } catch (error) {
    throw unreadable(key, error);
  }
}
