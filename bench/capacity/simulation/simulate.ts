import { dayWeights, hourWeights, type Parameters } from '../assumptions.ts';
import { type Arrivals, poissonArrivals } from './arrivals.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { chancesOf } from './random.ts';
import { Simulation } from './simulation.ts';
import type { DrawWork } from './work.ts';

export interface SimulateOptions {
  readonly parameters: Parameters;
  readonly seed: number;
  readonly draw: DrawWork;
  /** Instead of a Poisson process by hour and weekday. */
  readonly arrivals?: Arrivals;
}

/** Runs `parameters.days` days, and on until every study has ended. The same seed gives the same answer. */
export function simulate({ parameters, seed, draw, arrivals }: SimulateOptions): Outcome {
  const chances = chancesOf(seed);
  const simulation = new Simulation({
    parameters,
    draw,
    chances,
    arrivals: arrivals ?? poissonArrivals({ ...parameters, hourWeights, dayWeights }, chances.arrivals),
  });
  simulation.run();
  return outcomeOf(simulation, parameters);
}
