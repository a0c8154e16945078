import {
  type Artefact,
  enumName,
  type SequenceOpinion,
  SequenceSchema,
  SeriesReport_Role,
  SeriesReport_RoleSchema,
  type StagingResult,
} from '@hepastage/proto';
import { opinionLines } from './opinion-text.ts';
import { percent, shares } from './shares.ts';

/** A result for people. `placeOf` says where an artefact lies. */
export function printResult(result: StagingResult, placeOf: (artefact: Artefact) => string): void {
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
  const isCalibrated = !warnings.some(({ code }) => code === 'STAGE_SET_NOT_CALIBRATED');
  const lines = [
    `stage          ${stage}   (${percent(stageSetLevel)} set: ${stageSet.join(', ')}${isCalibrated ? '' : '; not calibrated'})`,
    `probabilities  ${shares(result.probabilities)}`,
    ...perSequence.flatMap((one) => [
      `  ${enumName(SequenceSchema, one.sequence)} alone    ${shares(one.probabilities)}   region: ${one.region}`,
      `               ${evidenceText(one)}`,
    ]),
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
    ...artefacts.map((artefact) => `  ${placeOf(artefact)}   ${artefact.description}`),
  ];
  console.log(lines.join('\n'));
}

/** How far the sequence is from what the model knows, and whether its evidence lies in the liver. */
function evidenceText({ distance, distanceUsualMax, heatInLiver, liverInSlices }: SequenceOpinion): string {
  const parts = [
    ...(distance !== undefined && distanceUsualMax !== undefined
      ? [`distance to the training ${distance.toFixed(2)}, usual up to ${distanceUsualMax.toFixed(2)}`]
      : []),
    ...(heatInLiver !== undefined && liverInSlices !== undefined
      ? [`${percent(heatInLiver)} of the heat in the liver, ${percent(liverInSlices)} by chance`]
      : []),
  ];
  return parts.length === 0 ? 'neither distance nor liver to tell' : parts.join('; ');
}
