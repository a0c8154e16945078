import type { ErrorCode } from '@hepastage/proto';
import type { ImageKind } from '../volume.ts';

/** A file that must be refused, with the exact words. */
export interface BrokenFile {
  readonly name: string;
  readonly file: Uint8Array;
  readonly kind?: ImageKind;
  readonly code: keyof typeof ErrorCode;
  readonly message: string;
}

/** What to do about a header that makes no sense. */
export const nonsense = 'write the file again with a standard tool';
