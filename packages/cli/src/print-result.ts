import {
  enumName,
  SequenceSchema,
  SeriesReport_Role,
  SeriesReport_RoleSchema,
  type StagingResult,
} from '@hepastage/proto';
import { opinionLines } from './opinion-text.ts';
import { percent, shares } from './shares.ts';

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
    ...opinionLines(opinions),
    ...quality.map(({ code, message }) => `note           ${code}: ${message}`),
    ...warnings.map(({ code, message }) => `warning        ${code}: ${message}`),
    `model          ${model?.name}@${model?.version} on ${execution?.executionProvider}, trained on ${model?.trainedOn}`,
    'artefacts',
    ...artefacts.map(({ name, description }) => `  ${artefactsAt}/${name}   ${description}`),
  ];
  console.log(lines.join('\n'));
}
