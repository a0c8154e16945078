import { type Code, code, schemeUris } from './code.ts';

/**
 * Our own concepts. No public terminology has codes for the stages: they are a radiologist's reading of images, neither Child-Pugh nor a histological
 * stage, so a SNOMED or LOINC code would claim more than was found.
 */
const own = (value: string, meaning: string): Code => code(value, '99HEPASTAGE', meaning);

/** The code system as an OID. */
export const hepastageSchemeUid = schemeUris['99HEPASTAGE'].slice('urn:oid:'.length);

export const hepastageCodes = {
  stage: own('stage', 'Stage of liver cirrhosis, estimated from images'),
  stageSetMember: own('stage-set-member', 'Stage that belongs to the stage set'),
  stageSet: own('stage-set', 'Neighbouring stages that hold the true one at the level'),
  stageSetLevel: own('stage-set-level', 'Level that the stage set is made for'),
  disagreement: own('disagreement', 'Total-variation distance between the sequences'),
  attention: own('attention', 'Share of the sequence in the joint decision'),
  heatInLiver: own('heat-in-liver', 'Share of the evidence inside the liver mask'),
  liverInSlices: own('liver-in-slices', 'Share of the liver mask in the staged slices'),
  evidence: own('stage-evidence', 'Evidence for the stage, relative to the highest'),
  sequenceOpinion: own('sequence-opinion', 'Stage that one sequence alone speaks for'),
  modelDigest: own('model-sha256', 'SHA-256 of the manifest of the model package'),
} as const;

export function stageCode(stage: string): Code {
  return own(stage, `Cirrhosis stage: ${stage}`);
}

export function probabilityCode(stage: string): Code {
  return own(`prob-${stage}`, `Probability of stage: ${stage}`);
}
