import type { ImageLimits } from '@hepastage/imaging';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { CohortRow } from '../prepare/cohort.ts';
import { runInThreads } from '../run-in-threads.ts';
import type { FeaturesOutcome, FeaturesTask } from './volume-features.ts';

export interface CohortFeatures {
  readonly row: CohortRow;
  readonly outcome: FeaturesOutcome;
}

export interface FeaturesOptions {
  readonly limits: ImageLimits;
  /** Volumes worked on at once, each in a thread of its own. */
  readonly jobs: number;
  /** Called after each volume. */
  readonly onVolume: () => void;
}

/** A volume with its mask: only rows of the variant `liver` have one. */
export type MaskedRow = CohortRow & { readonly liverMask: string };

/** The rows that have features. Throws INVALID_CONFIG where there are none. */
export function maskedRows(rows: readonly CohortRow[], path: string): MaskedRow[] {
  const masked = rows.filter((row): row is MaskedRow => row.liverMask !== undefined);
  if (masked.length > 0) return masked;
  throw new HepastageError(ErrorCode.INVALID_CONFIG, {
    what: 'no volume of the cohort has a liver mask, and features are of the liver',
    where: path,
    expected: 'rows of the variant liver',
    action: 'add them to the cohort table',
  });
}

/** The features of every volume, in the order of the rows. */
export async function cohortFeatures(
  rows: readonly MaskedRow[],
  { limits, jobs, onVolume }: FeaturesOptions,
): Promise<CohortFeatures[]> {
  const tasks: FeaturesTask[] = rows.map(({ image, liverMask }) => ({ image, liverMask, limits }));
  const outcomes = await runInThreads<FeaturesOutcome>(tasks, {
    worker: new URL('./volume-features.ts', import.meta.url),
    jobs,
    onDone: onVolume,
  });
  return rows.map((row, n) => ({ row, outcome: outcomes[n]! }));
}
