import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sequence } from '@hepastage/proto';
import {
  evidenceObject,
  type EvidenceVolume,
  keySliceCapture,
  reportHeader,
  type ReportInput,
  stagingSr,
} from '../../packages/reports/src/index.ts';
import { testEvidence, testPicture } from '../../packages/reports/src/testing/test-volume.ts';

export const fileNames = ['sr.dcm', 'map.dcm', 'capture.dcm'] as const;

/** Writes the three DICOM objects of a study into a folder. */
export async function writeReports(
  folder: string,
  input: ReportInput,
  sequence: Sequence,
  evidence: EvidenceVolume = testEvidence(sequence),
): Promise<void> {
  const header = reportHeader(input);
  const map = evidenceObject(header, evidence);
  if (map === undefined) throw new RangeError('there is no evidence to write');
  const objects = [stagingSr(input), map, keySliceCapture(header, testPicture(sequence))];
  await Promise.all(objects.map(async (bytes, n) => writeFile(join(folder, fileNames[n]!), bytes)));
}
