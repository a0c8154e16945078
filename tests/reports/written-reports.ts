import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sequence } from '@hepastage/proto';
import {
  evidenceObject,
  keySliceCapture,
  reportHeader,
  type ReportInput,
  stagingSr,
} from '../../packages/reports/src/index.ts';
import { testEvidence, testPicture } from '../../packages/reports/src/testing/test-volume.ts';

export const fileNames = ['sr.dcm', 'map.dcm', 'capture.dcm'] as const;

/** Writes the three DICOM objects of a study into a folder. */
export async function writeReports(folder: string, input: ReportInput, sequence: Sequence): Promise<void> {
  const header = reportHeader(input);
  const objects = [
    stagingSr(input),
    evidenceObject(header, testEvidence(sequence)),
    keySliceCapture(header, testPicture(sequence)),
  ];
  await Promise.all(objects.map(async (bytes, n) => writeFile(join(folder, fileNames[n]!), bytes)));
}
