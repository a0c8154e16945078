import type { Parameters } from '../assumptions.ts';
import type { ByPriority, Outcome, Times } from './outcome.ts';

/** The answer for people. */
export function outcomeLines(
  outcome: Outcome,
  { days, gpu }: Parameters,
  { seed, seconds }: { readonly seed: number; readonly seconds: number },
): string {
  const { arrived, succeeded, failed, workers, cost, withinObjective } = outcome;
  const lines = [
    `${both(arrived)} studies in ${days} d: ${both(succeeded)} succeeded, ${both(failed)} failed, ${outcome.gaveUp} gave up, ${outcome.unfinished} unfinished; ${outcome.turnedAway} times turned away`,
    `time to result, STAT:    ${times(outcome.timeToResult.stat)}; within objective ${percent(withinObjective.stat)}`,
    `time to result, routine: ${times(outcome.timeToResult.routine)}; within objective ${percent(withinObjective.routine)}`,
    `waited for a worker:     STAT ${times(outcome.wait.stat)}; routine ${times(outcome.wait.routine)}; ${outcome.waitingMax} at most at once`,
    `workers: ${workers.mean.toFixed(1)} on average, ${workers.max} at most, ${outcome.workersStarted} started; ${workers.hours.toFixed(0)} h${gpu === 1 ? `, ${workers.gpuHours.toFixed(0)} GPU hours` : ''}; cores ${percent(workers.coreUtilisation)} busy, encoders ${percent(workers.encoderUtilisation)}`,
    `${outcome.returned} tried again, ${outcome.workerDeaths} workers died, ${outcome.spotLosses} nodes were taken back`,
    `workers cost ${cost.total.toFixed(2)} €, ${cost.perThousandStudies.toFixed(3)} € for 1,000 studies, at the example prices`,
    `seed ${seed}: ${outcome.events.toLocaleString('en')} events in ${seconds.toFixed(1)} s; Little’s law holds to ${Math.abs(outcome.littlesLaw - 1).toExponential(0)}`,
    '',
    'hour  arrived    ended  waiting  workers (most)',
    ...outcome.hours.map(
      (hour) =>
        `${String(hour.hour).padStart(4)} ${String(hour.arrived).padStart(8)} ${String(hour.ended).padStart(8)} ${String(hour.waitingMax).padStart(8)} ${hour.workers.toFixed(1).padStart(8)} (${hour.workersMax})`,
    ),
  ];
  return lines.join('\n');
}

function both({ stat, routine }: ByPriority<number>): string {
  return (stat + routine).toLocaleString('en');
}

function times({ p50, p95, p99, max }: Times): string {
  return `p50 ${duration(p50)}, p95 ${duration(p95)}, p99 ${duration(p99)}, most ${duration(max)}`;
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 0)} s`;
  if (seconds < 3_600) return `${(seconds / 60).toFixed(1)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
