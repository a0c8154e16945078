import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { CohortRow } from '../prepare/cohort.ts';
import { chosenImages, cohortOf, type ImageChoice } from './dataset-cohort.ts';
import { type DatasetReport, datasetReport } from './dataset-report.ts';
import { datasetFiles } from './layout.ts';
import { registryOf } from './registry.ts';
import { registryCsv } from './registry-csv.ts';
import { assignSplits, type SplitOptions } from './splits.ts';
import { readTable } from './tables.ts';

export type DatasetOptions = ImageChoice & SplitOptions;

/** A dataset as it will be prepared. */
export interface Dataset {
  readonly cohort: readonly CohortRow[];
  readonly report: DatasetReport;
  readonly registryCsv: string;
}

/** Reads the places of all files of CirrMRI600+ and its tables, no image. Throws INVALID_REQUEST, INVALID_CONFIG, TOO_MANY_FILES. */
export async function readDataset(folder: string, options: DatasetOptions): Promise<Dataset> {
  const files = await datasetFiles(folder);
  if (files.images.length === 0) throw noDataset(folder);
  const rows = await Promise.all(files.tables.map(readTable));
  const registry = registryOf(files, rows.flat());

  const chosen = chosenImages(files.images, options);
  const onlySequences = new Set(chosen.map(({ sequence }) => sequence));
  // Official splits leak between sequences that are prepared together.
  const sequence = options.sequence ?? (onlySequences.size === 1 ? [...onlySequences][0] : undefined);
  const assignments = assignSplits(registry.subjects, { ...options, sequence });
  return {
    cohort: cohortOf(registry.subjects, new Set(chosen.map(({ image }) => image)), assignments),
    report: datasetReport(files, registry, assignments),
    registryCsv: registryCsv(registry.subjects, assignments),
  };
}

function noDataset(folder: string): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the folder does not have the layout of CirrMRI600+',
    where: folder,
    expected: 'Cirrhosis_T1_3D/train_images/<patient>.nii.gz or the like',
    action: 'give the folder that the zips were unpacked in, or describe a cohort of your own in a CSV',
  });
}
