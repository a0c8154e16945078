import { csvLine } from '../csv-line.ts';
import type { CohortStudy } from './cohort-studies.ts';

/** One answer: for a study from one input, or, with `slice`, for that slice alone. */
export interface Prediction {
  /** `T1W`, `T2W` or `T1W+T2W`. */
  readonly input: string;
  /** From 0, inferior to superior. */
  readonly slice?: number;
  /** Where the slice lies, 0 (inferior end) to 1. */
  readonly position?: number;
  /** Of the slice in the joint decision, 0 to 1. */
  readonly attention?: number;
  /** One a stage, mildest first. */
  readonly probabilities: readonly number[];
  /** To the training studies; of two sequences the larger. */
  readonly distance?: number | undefined;
  readonly heatInLiver?: number | undefined;
  readonly liverInSlices?: number | undefined;
}

const labels = ['study', 'patient', 'stage', 'split', 'fold', 'variant', 'input', 'slice'];

/** The table that `python -m hepatrain.evaluate` reads. */
export function predictionsHeader(stages: readonly string[]): string {
  const probabilities = stages.map((stage) => `p_${stage}`);
  const figures = ['position', 'attention', ...probabilities, 'distance', 'heat_in_liver', 'liver_in_slices'];
  return csvLine([...labels, ...figures]);
}

export function predictionLine(of: CohortStudy, prediction: Prediction): string {
  const { study, patient, stage, split, fold, variant } = of;
  const { input, slice, position, attention, probabilities, distance, heatInLiver, liverInSlices } =
    prediction;
  const figures = [position, attention, ...probabilities, distance, heatInLiver, liverInSlices];
  return csvLine([study, patient, stage, split, fold, variant, input, slice, ...figures.map(digits)]);
}

/** The fewest digits that no float32 loses anything by: nine. */
function digits(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(9));
}
