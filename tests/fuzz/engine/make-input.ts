import type { Draw } from './draw.ts';
import { byteMutators, inputBytesMax } from './mutate-bytes.ts';
import { overwriteNumber } from './mutate-numbers.ts';
import type { OpenTarget } from './target.ts';

/** Shares of the cases that stay as they are made, so that what is sound is seen to be accepted all along. */
const unchangedShare = 0.05;
/** Share of the cases that begin with a seed, where the target has any. */
const seedShare = 0.5;
/** Share of the changes that know the format, where the target has any such. */
const formatShare = 0.5;
const changesMax = 4;

/** The input of a case: an item of the corpus or a seed, changed up to four times. */
export function makeInput({ corpus, seeds = [], mutators }: OpenTarget, draw: Draw): Uint8Array {
  const isSeed = seeds.length > 0 && draw.chance(seedShare);
  let input = isSeed ? draw.pick(seeds)(draw) : draw.pick(corpus);
  if (draw.chance(unchangedShare)) return input;
  for (let n = isSeed ? draw.below(changesMax) : draw.between(1, changesMax); n > 0; n--) {
    const knowsFormat = mutators.length > 0 && draw.chance(formatShare);
    const mutate = knowsFormat
      ? draw.pick(mutators)
      : draw.chance(0.3)
        ? overwriteNumber
        : draw.pick(byteMutators);
    input = mutate(input, draw, corpus).subarray(0, inputBytesMax);
  }
  return input;
}
