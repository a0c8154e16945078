import {
  enumName,
  type FeatureInfluence,
  type Metric,
  type ModelOpinion,
  SequenceSchema,
} from '@hepastage/proto';
import { shares } from './shares.ts';

/** Of a model's figures, those that say at a glance what its opinion is worth. */
const tellingMetrics = new Set(['accuracy', 'majority_accuracy', 'quadratic_kappa', 'auc_severe']);

/** What other models say, never without how good they are and what may be done with it. What holds for several opinions is said once. */
export function opinionLines(opinions: readonly ModelOpinion[]): string[] {
  return [...opinions.flatMap(judgement), ...new Set(opinions.flatMap(conditions))];
}

function judgement({ model, sequences, stage, probabilities, metrics, drivers }: ModelOpinion): string[] {
  const input = sequences.map((one) => enumName(SequenceSchema, one)).join('+');
  const telling = metrics.filter(({ name }) => tellingMetrics.has(name));
  return [
    `opinion        ${stage}   ${shares(probabilities)}   (${model?.name}@${model?.version} of the liver in ${input})`,
    `  measured     ${telling.map(metricText).join('   ')}`,
    ...drivers.map((driver) => `  driver       ${driverText(driver)}`),
  ];
}

function conditions({ model, licence, warnings }: ModelOpinion): string[] {
  return [
    `licence        ${model?.name}: ${licence}`,
    ...warnings.map(({ code, message }) => `caution        ${code}: ${message}`),
  ];
}

function metricText({ name, value, lower, upper }: Metric): string {
  const interval =
    lower === undefined || upper === undefined ? '' : ` (${lower.toFixed(2)} to ${upper.toFixed(2)})`;
  return `${name} ${value.toFixed(2)}${interval}`;
}

/** The influence in points of a percentage: what the stage's probability would lose with the median. */
function driverText({ sequence, name, value, median, influence }: FeatureInfluence): string {
  const [found, usual] = [value, median].map((number) => Number(number.toPrecision(4)));
  const points = `${influence > 0 ? '+' : ''}${(100 * influence).toFixed(1)} points`;
  return `${enumName(SequenceSchema, sequence)} ${name.replace('original_', '')} ${found} (median ${usual}): ${points}`;
}
