import { ErrorCode, HepastageError } from '@hepastage/proto';
import { assignFolds } from './fold-assignment.ts';
import type { Sequence, Split } from './layout.ts';
import { isLeaked, type Subject } from './subject.ts';

/** Leak-free folds of our own, or the dataset's own split of one sequence. */
export type SplitKind = 'folds' | 'official';

/** Where a subject belongs. */
export interface Assignment {
  readonly split: Split;
  readonly fold?: number;
}

export interface SplitOptions {
  readonly splits: SplitKind;
  /** The only one to prepare; both where undefined. */
  readonly sequence: Sequence | undefined;
  readonly seed: number;
}

/** The split of each subject by name; official splits leave out who has none. Throws INVALID_REQUEST where official splits leak. */
export function assignSplits(
  subjects: readonly Subject[],
  { splits, sequence, seed }: SplitOptions,
): ReadonlyMap<string, Assignment> {
  if (splits === 'folds') {
    const folds = assignFolds(subjects, seed);
    return new Map(Array.from(folds, ([name, fold]) => [name, { fold, split: splitOfFold(fold) }]));
  }
  if (sequence === undefined) refuseLeaks(subjects);
  return new Map(
    subjects.flatMap((subject): [string, Assignment][] => {
      const split = officialSplit(subject, sequence);
      return split === undefined ? [] : [[subject.name, { split }]];
    }),
  );
}

/** Fold 0 tests and fold 1 validates; the others train. Cross-validation turns this round. */
function splitOfFold(fold: number): Split {
  if (fold === 0) return 'test';
  return fold === 1 ? 'valid' : 'train';
}

/** Nobody trains on healthy subjects, whom the dataset does not split. */
function officialSplit({ group, official }: Subject, sequence: Sequence | undefined): Split | undefined {
  if (group === 'healthy') return 'test';
  return sequence === undefined ? (official.T1W ?? official.T2W) : official[sequence];
}

function refuseLeaks(subjects: readonly Subject[]): void {
  const leaked = subjects.filter(isLeaked);
  if (leaked.length === 0) return;
  const named = leaked.map(({ name, official }) => `${name} (T1W ${official.T1W}, T2W ${official.T2W})`);
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the official splits of the two sequences leak: trained on together, these patients would be trained on and tested at once',
    where: '--splits official',
    expected: 'one split for each patient',
    received: named.join(', '),
    action: 'choose one with --sequence T1W or --sequence T2W, or take --splits folds',
  });
}
