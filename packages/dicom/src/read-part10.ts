import { inflateRawSync } from 'node:zlib';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { corruptDicom } from './corrupt-dicom.ts';
import type { DataSet } from './data-set.ts';
import { readFragments } from './fragments.ts';
import { readPreamble } from './preamble.ts';
import { readHeader } from './read-data-set.ts';
import type { TransferSyntax } from './transfer-syntax.ts';

/** A DICOM file in memory. */
export interface Part10 {
  readonly dataSet: DataSet;
  readonly syntax: TransferSyntax;
  readonly missingMetaHeader: boolean;
  readonly overlay: boolean;
  /** Undefined: the object has none. */
  readonly pixelData: PixelData | undefined;
}

/** The value of Pixel Data (7FE0,0010), still as it is written. Views of the file. */
export type PixelData =
  | { readonly kind: 'native'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'encapsulated';
      /** Offset of each frame's first fragment from the first fragment's item; empty where the file has no table. */
      readonly offsetTable: readonly number[];
      readonly fragments: readonly Fragment[];
    };

export interface Fragment {
  /** Of its item, from the first fragment's item: what offset tables count. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads a DICOM file. Its bytes are shared, never copied, unless it is deflated. Throws NOT_DICOM, CORRUPT_DICOM, UNSUPPORTED_TRANSFER_SYNTAX,
 * DECOMPRESSED_TOO_LARGE.
 */
export function readPart10(
  file: Uint8Array,
  { decompressedBytesMax }: { decompressedBytesMax: number },
): Part10 {
  const preamble = readPreamble(file);
  if (preamble === undefined) throw notDicom();
  const { syntax, dataSetOffset, missingMetaHeader } = preamble;
  const rest = file.subarray(dataSetOffset);
  const bytes = syntax.deflated ? inflate(rest, decompressedBytesMax) : rest;
  const { dataSet, pixelData, overlay } = readHeader(bytes, syntax);
  return {
    dataSet,
    syntax,
    missingMetaHeader,
    overlay,
    pixelData: pixelData && readPixelData(bytes.subarray(pixelData.offset), pixelData.bytes),
  };
}

function readPixelData(bytes: Uint8Array, length: number | undefined): PixelData {
  if (length === undefined) return { kind: 'encapsulated', ...readFragments(bytes) };
  if (bytes.length < length) {
    throw new HepastageError(ErrorCode.TRUNCATED_FILE, {
      what: 'the file ends within its pixel data',
      expected: `${length} bytes`,
      received: bytes.length,
      action: 'transfer the file again, whole',
    });
  }
  return { kind: 'native', bytes: bytes.subarray(0, length) };
}

function inflate(bytes: Uint8Array, bytesMax: number): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: bytesMax });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new HepastageError(ErrorCode.DECOMPRESSED_TOO_LARGE, {
        what: 'the file decompresses to more bytes than allowed',
        expected: `at most ${bytesMax}`,
        action: 'export the study uncompressed, or split',
      });
    }
    throw corruptDicom('its deflated data set is damaged', cause);
  }
}

function notDicom(): HepastageError {
  return new HepastageError(ErrorCode.NOT_DICOM, {
    what: 'the file is too short to be a DICOM object',
    action: 'leave it out, or export the study again',
  });
}
