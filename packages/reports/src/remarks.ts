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
}: StagingResult): string {
  const probability = probabilities.find((one) => one.stage === stage)?.probability ?? 0;
  const others =
    stageSet.length > 1
      ? ` Stages that hold at least ${percent(stageSetLevel)} of the probability: ${stageSet.join(', ')}.`
      : '';
  const images = perSequence.length > 1 ? 'both sequences' : 'one sequence';
  return `Estimated stage of liver cirrhosis from ${images}: ${stage} (probability ${percent(probability)}).${others}`;
}

/** What a reader must know besides: that it is for research, the model's warnings, and what may bias the result. */
export function remarksOf({ warnings, quality }: StagingResult): string[] {
  const biases = quality.filter(({ severity }) => severity === Finding_Severity.WARNING);
  return [...new Set([researchUseOnly, ...warnings.map(messageOf), ...biases.map(messageOf)])];
}

function messageOf({ code, message }: { code: string; message: string }): string {
  return `${code}: ${message}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
