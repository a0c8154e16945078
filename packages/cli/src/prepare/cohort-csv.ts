import { relative } from 'node:path';
import { csvLine } from '../csv-line.ts';
import type { CohortRow } from './cohort.ts';

const columns = ['study', 'sequence', 'variant', 'image', 'liver_mask', 'stage', 'split', 'patient', 'fold'];

/** The table that `parseCohort` reads, to lie in `folder`: paths are relative to it. */
export function cohortCsv(rows: readonly CohortRow[], folder: string): string {
  const place = (path: string | undefined) => path && relative(folder, path);
  const lines = rows.map(({ study, sequence, variant, image, liverMask, stage, split, patient, fold }) =>
    csvLine([study, sequence, variant, place(image), place(liverMask), stage, split, patient, fold]),
  );
  return [csvLine(columns), ...lines].join('');
}
