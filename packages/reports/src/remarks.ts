import { Finding_Severity, type StagingResult } from '@hepastage/proto';

/** Stands in every report, whatever the model says of itself. */
export const researchUseOnly = 'Research use only. Not a medical device: it must not guide care.';

/** The answer in a sentence or two. */
export function conclusionOf({
  stage,
  probabilities,
  stageSet,
  stageSetLevel,
  perSequence,
  warnings,
}: StagingResult): string {
  const probability = probabilities.find((one) => one.stage === stage)?.probability ?? 0;
  const others =
    stageSet.length > 1 ? ` ${setMeaning(stageSetLevel, warnings)}: ${stageSet.join(', ')}.` : '';
  const images = perSequence.length > 1 ? 'both sequences' : 'one sequence';
  return `Estimated stage of liver cirrhosis from ${images}: ${stage} (probability ${percent(probability)}).${others}`;
}

/** What a set of stages promises: only where its model was calibrated is that the true one. */
function setMeaning(level: number, warnings: StagingResult['warnings']): string {
  return warnings.some(({ code }) => code === 'STAGE_SET_NOT_CALIBRATED')
    ? `Stages that hold at least ${percent(level)} of the probability (not calibrated)`
    : `Stages among which the true one is in ${percent(level)} of studies like those that the model was calibrated on`;
}

/** Opinions of other models stand in result.json alone; so does why there is none. */
const onOpinions = new Set(['NO_RADIOMICS_FEATURES', 'NO_SECOND_OPINION']);

/** What a reader must know besides: that it is for research, the model's warnings, and what may bias the result. */
export function remarksOf({ warnings, quality }: StagingResult): string[] {
  const onStage = warnings.filter(({ code }) => !onOpinions.has(code));
  const biases = quality.filter(({ severity }) => severity === Finding_Severity.WARNING);
  return [...new Set([researchUseOnly, ...onStage.map(messageOf), ...biases.map(messageOf)])];
}

function messageOf({ code, message }: { code: string; message: string }): string {
  return `${code}: ${message}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
