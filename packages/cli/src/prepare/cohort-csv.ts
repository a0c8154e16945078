import { relative } from 'node:path';
import type { CohortRow } from './cohort.ts';

const columns = 'study,sequence,variant,image,liver_mask,stage,split,patient,fold';

/** The table that `parseCohort` reads, to lie in `folder`: paths are relative to it. */
export function cohortCsv(rows: readonly CohortRow[], folder: string): string {
  const place = (path: string | undefined) => (path === undefined ? '' : quoted(relative(folder, path)));
  const lines = rows.map(({ study, sequence, variant, image, liverMask, stage, split, patient, fold }) => {
    const places = [place(image), place(liverMask)];
    return [study, sequence, variant, ...places, stage, split, patient ?? '', fold ?? ''].join(',');
  });
  return `${[columns, ...lines].join('\n')}\n`;
}

/** Folders are named by whoever unpacked them. */
function quoted(path: string): string {
  return /[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}
