import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { corruptDicom, deidentify, type Part10, readPart10, readPreamble } from '@hepastage/dicom';
import { instanceOf } from '@hepastage/imaging';
import { type DicomInstance, ErrorCode, HepastageError } from '@hepastage/proto';
import { readInputFile, unreadable } from '../input-file.ts';
import { readHead } from './source-kind.ts';
import type { StudySettings } from './study-settings.ts';

/**
 * What a DICOM file says of itself, read as the service's door reads it: free text becomes words, and what staging does not need is never looked at.
 * UIDs stay what they are. Its key is its path. Throws what the door throws: NOT_DICOM, CORRUPT_DICOM, TRUNCATED_FILE, UNSUPPORTED_TRANSFER_SYNTAX,
 * WRONG_MODALITY, UNSUPPORTED_PIXELS, INVALID_ATTRIBUTE, DECOMPRESSED_TOO_LARGE, UPLOAD_TOO_LARGE; and INVALID_REQUEST where it can't be read.
 */
export async function readInstance(
  path: string,
  settings: Pick<StudySettings, 'decompressedBytesMax' | 'uploadFileBytesMax'>,
): Promise<DicomInstance> {
  await assertMayBeRead(path, settings.uploadFileBytesMax);
  const file = await readInputFile(path);
  const object = readPart10(file, settings);
  const instance = instanceOf({
    ...object,
    dataSet: deidentify(object.dataSet, (uid) => uid),
    hasPixels: object.pixelData !== undefined,
  });
  assertPixelsFit(instance, object);
  instance.key = path;
  instance.bytes = file.length;
  instance.sha256 = createHash('sha256').update(file).digest('hex');
  return instance;
}

/** Most files that are no DICOM are told by their first bytes, whatever their size. */
async function assertMayBeRead(path: string, bytesMax: number): Promise<void> {
  const fail = (error: unknown) => {
    throw unreadable(path, error);
  };
  if (readPreamble(await readHead(path).catch(fail)) === undefined) return;
  const { size } = await stat(path).catch(fail);
  if (size <= bytesMax) return;
  throw new HepastageError(ErrorCode.UPLOAD_TOO_LARGE, {
    what: 'the file is larger than allowed',
    expected: `at most ${bytesMax} bytes`,
    received: size,
    action: 'split the series, or set HEPASTAGE_UPLOAD_FILE_BYTES_MAX',
  });
}

/** Compressed pixels are measured once they are decompressed. Throws CORRUPT_DICOM. */
function assertPixelsFit({ pixels, frames }: DicomInstance, { pixelData }: Part10): void {
  if (pixels === undefined || pixelData?.kind !== 'native') return;
  const { rows, columns, samplesPerPixel, bitsAllocated } = pixels;
  const bytes = (rows * columns * samplesPerPixel * bitsAllocated * frames.length) / 8;
  if (bytes <= pixelData.bytes.length) return;
  throw corruptDicom('its pixel data is shorter than its rows, columns and frames');
}
