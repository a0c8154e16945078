import type { StageProbability } from '@hepastage/proto';

/** `mild 12.0 %   moderate …` */
export function shares(probabilities: readonly StageProbability[]): string {
  return probabilities.map(({ stage, probability }) => `${stage} ${percent(probability)}`).join('   ');
}

/** Of a share from 0 to 1. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
