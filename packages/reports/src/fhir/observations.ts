import {
  enumName,
  type SequenceOpinion,
  SequenceSchema,
  type StageProbability,
  type StagingResult,
} from '@hepastage/proto';
import type { Code } from '../coding/code.ts';
import { hepastageCodes, probabilityCode, stageCode } from '../coding/hepastage-codes.ts';
import { sct } from '../coding/standard-codes.ts';
import { remarksOf } from '../remarks.ts';
import { coding, concept, quantity } from './elements.ts';
import type { FhirObject } from './json.ts';

/** The whole answer: the stage first, then its probabilities, the stage set, what each sequence says alone, and how far they disagree. */
export function observations(result: StagingResult, subject: FhirObject, issued: string): FhirObject[] {
  const about = (id: string, what: Code, rest: FhirObject): FhirObject => ({
    resourceType: 'Observation',
    id,
    // Nobody has verified it, and nobody will: it is for research.
    status: 'preliminary',
    category: [imaging],
    code: concept(what),
    subject,
    issued,
    bodySite: concept(sct.liver),
    device: { reference: '#device' },
    derivedFrom: [{ reference: '#imaging-study' }],
    ...rest,
  });
  return [
    about('stage', hepastageCodes.stage, {
      valueCodeableConcept: concept(stageCode(result.stage)),
      note: remarksOf(result).map((text) => ({ text })),
    }),
    ...result.probabilities.map(({ stage, probability }, index) =>
      about(`probability-${index + 1}`, probabilityCode(stage), { valueQuantity: quantity(probability) }),
    ),
    about('stage-set', hepastageCodes.stageSet, { component: stageSetMembers(result) }),
    ...result.perSequence.map((opinion) =>
      about(`opinion-${nameOf(opinion).toLowerCase()}`, hepastageCodes.sequenceOpinion, {
        method: { text: `${nameOf(opinion)} alone` },
        valueCodeableConcept: concept(stageCode(opinion.stage)),
        component: opinionNumbers(opinion),
      }),
    ),
    ...(result.disagreement === undefined
      ? []
      : [
          about('disagreement', hepastageCodes.disagreement, {
            valueQuantity: quantity(result.disagreement),
          }),
        ]),
  ];
}

const imaging: FhirObject = {
  coding: [
    {
      system: 'http://terminology.hl7.org/CodeSystem/observation-category',
      code: 'imaging',
      display: 'Imaging',
    },
  ],
};

function stageSetMembers({ stageSet, stageSetLevel }: StagingResult): FhirObject[] {
  return [
    ...stageSet.map((stage) => ({
      code: concept(hepastageCodes.stageSetMember),
      valueCodeableConcept: { coding: [coding(stageCode(stage))] },
    })),
    numberComponent(hepastageCodes.stageSetLevel, stageSetLevel),
  ];
}

function opinionNumbers({
  probabilities,
  attention,
  heatInLiver,
  liverInSlices,
}: SequenceOpinion): FhirObject[] {
  return [
    ...probabilities.map(({ stage, probability }: StageProbability) =>
      numberComponent(probabilityCode(stage), probability),
    ),
    numberComponent(hepastageCodes.attention, attention),
    ...(heatInLiver === undefined ? [] : [numberComponent(hepastageCodes.heatInLiver, heatInLiver)]),
    ...(liverInSlices === undefined ? [] : [numberComponent(hepastageCodes.liverInSlices, liverInSlices)]),
  ];
}

function numberComponent(what: Code, value: number): FhirObject {
  return { code: concept(what), valueQuantity: quantity(value) };
}

function nameOf({ sequence }: SequenceOpinion): string {
  return enumName(SequenceSchema, sequence);
}
