import type { Parameters } from './assumptions.ts';
import { typicalStudies, workOf } from './measured-figures.ts';
import type { Measured } from './measured.ts';
import type { Outcome } from './simulation/outcome.ts';
import { simulate } from './simulation/simulate.ts';
import { drawnFrom } from './simulation/work.ts';

/** Simulates with the service times that were measured. */
export function simulateMeasured(measured: Measured, parameters: Parameters, seed: number): Outcome {
  const draw = drawnFrom(workOf(typicalStudies(measured).alone, parameters.coreSpeed));
  return simulate({ parameters, seed, draw });
}
