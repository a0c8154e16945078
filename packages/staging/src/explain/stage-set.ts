import type { StageSets } from '@hepastage/proto';

/** Probability that a set holds where the model's maker has calibrated none: its own word for how sure it is, untested. */
const uncalibratedLevel = 0.9;

/** A run of neighbouring stages, as indices into the manifest's. */
export interface StageSet {
  readonly first: number;
  readonly last: number;
  /** Share of studies whose set holds their true stage; where it is not calibrated, the probability that this one holds at least. */
  readonly level: number;
  readonly calibrated: boolean;
}

/** The set of a study, from its calibrated probabilities. `input`: what was there, `T1W`, `T2W` or `T1W+T2W`; every input has a threshold of its own. */
export function stageSetOf(
  probabilities: readonly number[],
  input: string,
  stageSets: StageSets | undefined,
): StageSet {
  const calibrated = stageSets?.thresholds.find((one) => one.input === input);
  const [first, last] = grownStageSet(probabilities, calibrated?.threshold ?? uncalibratedLevel);
  return {
    first,
    last,
    level: (calibrated && stageSets?.level) ?? uncalibratedLevel,
    calibrated: calibrated !== undefined,
  };
}

/**
 * Ordinal conformal set (Lu et al., MICCAI 2022): grown from the likeliest stage, each time by the likelier neighbour, until it holds `threshold` of the
 * probability. Stages are ordered, so an uncertain answer is a range ("mild to moderate"), never two ends without their middle; of equal neighbours the
 * milder joins first. A threshold of 1 means every stage, however sure the model is: so few studies calibrated it that nothing less can be promised. Returns
 * [first, last].
 */
export function grownStageSet(probabilities: readonly number[], threshold: number): [number, number] {
  if (threshold >= 1) return [0, probabilities.length - 1];
  const at = (stage: number) => probabilities[stage] ?? -Infinity;
  const likeliest = probabilities.indexOf(Math.max(...probabilities));
  let [first, last, held] = [likeliest, likeliest, at(likeliest)];
  while (held < threshold && last - first + 1 < probabilities.length) {
    const isMilder = at(first - 1) >= at(last + 1);
    held += isMilder ? at(--first) : at(++last);
  }
  return [first, last];
}
