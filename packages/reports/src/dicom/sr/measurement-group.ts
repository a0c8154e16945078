import {
  enumName,
  type SequenceOpinion,
  SequenceSchema,
  type StageProbability,
  type StagingResult,
} from '@hepastage/proto';
import { hepastageCodes, probabilityCode, stageCode } from '../../coding/hepastage-codes.ts';
import { dcm, sct } from '../../coding/standard-codes.ts';
import { imagesOf, type ReportHeader, uidFor } from '../../report-header.ts';
import { byInstance } from '../image-reference.ts';
import type { Item } from '../item.ts';
import {
  codeContent,
  container,
  imageContent,
  numberContent,
  textContent,
  uidContent,
} from './content-item.ts';

/** What all sequences together say: stage, probabilities, stage set, disagreement. TID 1501 of PS3.16. */
export function jointGroup(result: StagingResult, header: ReportHeader): Item {
  const { disagreement, stageSet, stageSetLevel } = result;
  return group('joint decision', uidFor(header, 'tracking', 'joint'), header.model, [
    ...probabilities(result.probabilities),
    numberContent(hepastageCodes.stageSetLevel, stageSetLevel),
    ...(disagreement === undefined ? [] : [numberContent(hepastageCodes.disagreement, disagreement)]),
    codeContent('CONTAINS', hepastageCodes.stage, stageCode(result.stage)),
    ...stageSet.map((stage) => codeContent('CONTAINS', hepastageCodes.stageSetMember, stageCode(stage))),
  ]);
}

/** What one sequence says alone, and the images that it says it of. */
export function sequenceGroup(opinion: SequenceOpinion, header: ReportHeader): Item {
  const name = enumName(SequenceSchema, opinion.sequence);
  const { attention, heatInLiver, liverInSlices, stage } = opinion;
  return group(name, uidFor(header, 'tracking', name), header.model, [
    ...probabilities(opinion.probabilities),
    numberContent(hepastageCodes.attention, attention),
    ...(heatInLiver === undefined ? [] : [numberContent(hepastageCodes.heatInLiver, heatInLiver)]),
    ...(liverInSlices === undefined ? [] : [numberContent(hepastageCodes.liverInSlices, liverInSlices)]),
    codeContent('CONTAINS', hepastageCodes.stage, stageCode(stage)),
    ...byInstance(imagesOf(header, opinion.sequence)).map((frames) =>
      imageContent(dcm.sourceOfMeasurement, frames),
    ),
  ]);
}

function group(
  name: string,
  trackingUid: string,
  model: ReportHeader['model'],
  findings: readonly Item[],
): Item {
  return container(dcm.measurementGroup, '1501', [
    textContent('HAS OBS CONTEXT', dcm.trackingIdentifier, name),
    uidContent('HAS OBS CONTEXT', dcm.trackingUniqueIdentifier, trackingUid),
    codeContent('HAS CONCEPT MOD', sct.findingSite, sct.liver),
    // TID 4019.
    textContent('HAS CONCEPT MOD', dcm.algorithmName, model.name),
    textContent('HAS CONCEPT MOD', dcm.algorithmVersion, model.version),
    textContent('HAS CONCEPT MOD', dcm.algorithmParameters, `manifest SHA-256 ${model.sha256}`),
    ...findings,
  ]);
}

function probabilities(all: readonly StageProbability[]): Item[] {
  return all.map(({ stage, probability }) => numberContent(probabilityCode(stage), probability));
}
