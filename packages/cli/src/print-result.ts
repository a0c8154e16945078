import {
  enumName,
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
    ...quality.map(({ code, message }) => `note           ${code}: ${message}`),
    ...warnings.map(({ code, message }) => `warning        ${code}: ${message}`),
    `model          ${model?.name}@${model?.version} on ${execution?.executionProvider}, trained on ${model?.trainedOn}`,
    'artefacts',
    ...artefacts.map(({ name, description }) => `  ${artefactsAt}/${name}   ${description}`),
  ];
  console.log(lines.join('\n'));
}

function shares(probabilities: readonly StageProbability[]): string {
  return probabilities.map(({ stage, probability }) => `${stage} ${percent(probability)}`).join('   ');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
