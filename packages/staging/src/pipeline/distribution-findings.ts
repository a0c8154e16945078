import type { ImageFinding } from '@hepastage/imaging';
import type { LoneOpinion } from './stage-tokens.ts';

/** A network answers for any image. Whether this one is of a kind that it has learnt from must stand beside the answer. */
export function distributionFindings(opinion: LoneOpinion | undefined): ImageFinding[] {
  const { distance, distanceUsualMax = Infinity } = opinion ?? {};
  if (distance === undefined || distance <= distanceUsualMax) return [];
  const message =
    `The images are unlike those that the model was trained on (distance ${distance.toFixed(2)}, usual is up to ${distanceUsualMax.toFixed(2)}): ` +
    'what it says of them may be wrong, however sure it seems.';
  return [{ code: 'OUT_OF_DISTRIBUTION', severity: 'WARNING', message, value: distance }];
}
