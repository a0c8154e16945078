import type { CohortRow } from './prepare/cohort.ts';

/** A volume of a cohort that nothing came of, and why. */
export interface Refusal extends Pick<CohortRow, 'study' | 'sequence' | 'variant'> {
  readonly code: string;
  readonly message: string;
}

/** Lines for people. */
export function refusalLines(refused: readonly Refusal[]): string[] {
  return refused.map(
    ({ study, sequence, variant, code, message }) =>
      `refused ${study} ${sequence} ${variant}: ${code}: ${message}`,
  );
}
