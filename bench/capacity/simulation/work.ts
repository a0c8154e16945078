import type { Random } from './random.ts';

/** What an attempt at a study is made of. Seconds are those on cores that nothing else wants. */
export interface StudyWork {
  /** Claim and read the inputs: waiting, no computing. */
  readonly fetch: number;
  /** Decode and preprocess: `prepareThreads` threads. */
  readonly prepare: number;
  /** Through the encoders, in batches with those of other studies. */
  readonly slices: number;
  /** Stage, explain, report and persist: `finishThreads` threads on average. */
  readonly finish: number;
}

/** Draws the work of an attempt. */
export type DrawWork = (random: Random) => StudyWork;

/** Each as often as the others: what was measured is drawn again, and nothing is smoothed. */
export function drawnFrom(measured: readonly StudyWork[]): DrawWork {
  if (measured.length === 0) throw new RangeError('there is no measured study to draw from');
  return (random) => measured[Math.floor(random() * measured.length)]!;
}
