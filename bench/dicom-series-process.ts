/** Decodes a series of DICOM files whenever it is told to, in one process, so that its start and warm-up count only once. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPart10 } from '@hepastage/dicom';
import { decodeDicom, instanceOf, seriesOf, stackOf } from '@hepastage/imaging';
import type { DicomInstance } from '@hepastage/proto';

const limits = { decompressedBytesMax: 2 ** 30, voxelsMax: 2 ** 28 };

export interface DecodeTask {
  /** Folder of the series. */
  readonly series: string;
  /** File that the voxels are written to, without a header. */
  readonly voxels: string;
}

/** Milliseconds from the first file that is opened. */
export interface DecodeTimes {
  readonly volumeMs: number;
  /** Until the voxels are in a file. */
  readonly fileMs: number;
}

process.on('message', (task: DecodeTask) => void decode(task).then((times) => process.send!(times)));

async function decode({ series, voxels }: DecodeTask): Promise<DecodeTimes> {
  const begun = performance.now();
  const files = new Map<DicomInstance, Uint8Array>();
  for (const name of readdirSync(series)) {
    const bytes = readFileSync(join(series, name));
    const part10 = readPart10(bytes, limits);
    files.set(instanceOf({ ...part10, hasPixels: part10.pixelData !== undefined }), bytes);
  }
  const stack = stackOf(seriesOf([...files.keys()])[0]!);
  const { data } = await decodeDicom(stack, (instance) => files.get(instance)!, limits);
  const volumeMs = performance.now() - begun;
  writeFileSync(voxels, data);
  return { volumeMs, fileMs: performance.now() - begun };
}
