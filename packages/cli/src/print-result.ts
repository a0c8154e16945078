import {
  enumName,
  type FeatureInfluence,
  type Metric,
  type ModelOpinion,
  SequenceSchema,
  SeriesReport_Role,
  SeriesReport_RoleSchema,
  type StageProbability,
  type StagingResult,
} from '@hepastage/proto';

/** A result for people. */
export function printResult(result: StagingResult, artefactsAt: string): void {
  const {
    stage,
    stageSet,
    stageSetLevel,
    perSequence,
    opinions,
    quality,
    warnings,
    model,
    artefacts,
    execution,
    series,
  } = result;
  const lines = [
    `stage          ${stage}   (${percent(stageSetLevel)} set: ${stageSet.join(', ')})`,
    `probabilities  ${shares(result.probabilities)}`,
    ...perSequence.map(
      (one) =>
        `  ${enumName(SequenceSchema, one.sequence)} alone    ${shares(one.probabilities)}   region: ${one.region}`,
    ),
    ...series
      .filter(({ role }) => role !== SeriesReport_Role.PASSED_OVER)
      .map(
        ({ role, seriesNumber, reason }) =>
          `series         ${seriesNumber} as ${enumName(SeriesReport_RoleSchema, role)}: ${reason}`,
      ),
    ...opinions.flatMap(opinionLines),
    ...quality.map(({ code, message }) => `note           ${code}: ${message}`),
    ...warnings.map(({ code, message }) => `warning        ${code}: ${message}`),
    `model          ${model?.name}@${model?.version} on ${execution?.executionProvider}, trained on ${model?.trainedOn}`,
    'artefacts',
    ...artefacts.map(({ name, description }) => `  ${artefactsAt}/${name}   ${description}`),
  ];
  console.log(lines.join('\n'));
}

/** Of a model's figures, those that say at a glance what its opinion is worth. */
const tellingMetrics = new Set(['accuracy', 'majority_accuracy', 'quadratic_kappa', 'auc_severe']);

/** What another model says: never the stage, and never without how good it is and what may be done with it. */
function opinionLines({
  model,
  sequences,
  stage,
  probabilities,
  metrics,
  drivers,
  licence,
  warnings,
}: ModelOpinion): string[] {
  const input = sequences.map((one) => enumName(SequenceSchema, one)).join('+');
  return [
    `opinion        ${stage}   ${shares(probabilities)}   (${model?.name}@${model?.version} of the liver in ${input})`,
    `  measured     ${metrics
      .filter(({ name }) => tellingMetrics.has(name))
      .map(metricText)
      .join('   ')}`,
    ...drivers.map((driver) => `  driver       ${driverText(driver)}`),
    `  licence      ${licence}`,
    ...warnings.map(({ code, message }) => `  warning      ${code}: ${message}`),
  ];
}

function metricText({ name, value, lower, upper }: Metric): string {
  const interval =
    lower === undefined || upper === undefined ? '' : ` (${lower.toFixed(2)} to ${upper.toFixed(2)})`;
  return `${name} ${value.toFixed(2)}${interval}`;
}

function driverText({ sequence, name, value, median, influence }: FeatureInfluence): string {
  const [found, usual] = [value, median].map((number) => Number(number.toPrecision(4)));
  const points = `${influence > 0 ? '+' : ''}${percent(influence)}`;
  return `${enumName(SequenceSchema, sequence)} ${name.replace('original_', '')} ${found} (median ${usual}): ${points}`;
}

function shares(probabilities: readonly StageProbability[]): string {
  return probabilities.map(({ stage, probability }) => `${stage} ${percent(probability)}`).join('   ');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
