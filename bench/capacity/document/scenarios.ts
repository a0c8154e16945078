import type { Measured } from '../measured.ts';
import { settingsOf } from '../settings.ts';
import { simulateMeasured } from '../simulate-measured.ts';
import { duration, percent } from '../simulation/outcome-lines.ts';
import { gpuSettings } from './document.ts';
import { figure, short, table } from './markdown.ts';

/** Days that show something, and what is set for them. */
const scenarios: readonly (readonly [what: string, set: readonly string[]])[] = [
  ['1,000, from no worker on', ['studiesPerDay=1000']],
  ['1,000, one worker kept', ['studiesPerDay=1000', 'workersMin=1']],
  ['20,000, from no worker on', ['studiesPerDay=20000']],
  ['20,000, one worker kept', ['studiesPerDay=20000', 'workersMin=1']],
  ['100,000', ['studiesPerDay=100000', 'workersMin=1']],
  ['1,000,000', ['studiesPerDay=1000000', 'workersMin=1', 'workersMax=40']],
  [
    '1,000,000, twice the studies for each worker',
    ['studiesPerDay=1000000', 'workersMin=1', 'workersMax=40', 'jobsPerWorker=16'],
  ],
  [
    '1,000,000, one in ten workers dies and one loses its node each hour',
    ['studiesPerDay=1000000', 'workersMin=1', 'workersMax=40', 'workerDeaths=0.1', 'spotLosses=0.1'],
  ],
  ['1,000,000, four workers at most', ['studiesPerDay=1000000', 'workersMin=1', 'workersMax=4']],
  ['5,000,000', ['studiesPerDay=5000000', 'workersMin=1', 'workersMax=100']],
  [
    '100,000, model of 500 times the work, no GPU',
    ['studiesPerDay=100000', 'workersMin=1', 'workersMax=100', 'encoderWork=500'],
  ],
  [
    '100,000, the same, four workers at most: too few',
    ['studiesPerDay=100000', 'workersMin=1', 'workersMax=4', 'encoderWork=500'],
  ],
  ['100,000, the same on GPUs (assumed)', ['studiesPerDay=100000', 'workersMin=1', ...gpuSettings]],
];

/** Simulates them all: a minute or so. */
export function scenarioTable(measured: Measured, seed: number): string {
  const rows = scenarios.map(([what, set]) => {
    const { parameters } = settingsOf(measured, set);
    const begun = performance.now();
    const { timeToResult, withinObjective, workers, turnedAway, waitingMax, events } = simulateMeasured(
      measured,
      parameters,
      seed,
    );
    const seconds = (performance.now() - begun) / 1_000;
    const { stat, routine } = timeToResult;
    return [
      what,
      duration(stat.p50),
      duration(stat.p99),
      percent(withinObjective.stat),
      duration(routine.p50),
      duration(routine.p99),
      percent(withinObjective.routine),
      figure(workers.mean),
      String(workers.max),
      percent(workers.coreUtilisation),
      short(waitingMax),
      short(turnedAway),
      `${short(events)} in ${figure(seconds)} s`,
    ];
  });
  return table(
    [
      'studies a day',
      'STAT p50',
      'p99',
      'within 5 min',
      'routine p50',
      'p99',
      'within 30 min',
      'workers',
      'most',
      'cores busy',
      'waiting, most',
      'turned away',
      'events',
    ],
    rows,
    Array.from({ length: 12 }, (_, column) => column + 1),
  );
}
