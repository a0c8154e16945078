import { createHash } from 'node:crypto';
import { folds } from '../prepare/cohort.ts';
import { availabilityOf, type Subject } from './subject.ts';

/**
 * Deals subjects to five folds, stage by stage and availability by availability (T1W only, T2W only, both), so that every fold has its share of each
 * stratum within one. A subject has one fold, whatever its images: that leaks nothing. The order within a stratum is that of a digest of seed and name,
 * and whoever a table lists is dealt whether the images are here or not: folds stay when more of the dataset is downloaded.
 *
 * @returns fold by subject name.
 */
export function assignFolds(subjects: readonly Subject[], seed: number): ReadonlyMap<string, number> {
  const strata = Map.groupBy(
    subjects,
    (subject) => `${subject.group} ${subject.stage} ${availabilityOf(subject)}`,
  );
  const foldOf = new Map<string, number>();
  // Healthy subjects come last: whether they are here moves no patient.
  for (const stratum of [...strata.keys()].sort().toReversed()) {
    const digests = new Map(strata.get(stratum)!.map(({ name }) => [digestOf(seed, name), name]));
    // Each stratum goes on where the one before ended: so whole folds are of one size too.
    for (const digest of [...digests.keys()].sort()) foldOf.set(digests.get(digest)!, foldOf.size % folds);
  }
  return foldOf;
}

function digestOf(seed: number, name: string): string {
  return createHash('sha256').update(`${seed} ${name}`).digest('hex');
}
