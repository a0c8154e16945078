import { phantomStudy } from '../../../tests/helpers/studies.ts';
import { median } from '../../bench-result.ts';
import { type Parameters, assumptionsFrom, parametersOf } from '../assumptions.ts';
import { type Measured, readMeasured } from '../measured.ts';
import { encodingSeconds, workOf } from '../measured-figures.ts';
import { arrivalsAt } from '../simulation/arrivals.ts';
import { chancesOf } from '../simulation/random.ts';
import { simulate } from '../simulation/simulate.ts';
import { drawnFrom, type StudyWork } from '../simulation/work.ts';
import { type RealRun, realRun } from './real-run.ts';

/** Time to result of the real service and of its simulation, s. */
export interface Comparison {
  readonly studies: number;
  readonly studiesPerSecond: number;
  readonly real: Spread;
  readonly simulated: Spread;
  /** Simulated / real. */
  readonly ratio: Spread;
  /** Of the worker's cores while studies came. */
  readonly realUtilisation: number;
  readonly simulatedUtilisation: number;
  /** Cores that everything else on the machine took meanwhile: some 0.3 are API, Redis and clients. */
  readonly otherCores: number;
}

interface Spread {
  readonly p50: number;
  readonly p95: number;
}

const studies = 100;
/** Of what the worker can on the cores that others leave it. */
const load = 0.7;
const seed = 7;
/** Runs of the simulation: one alone draws only so many service times. */
const runs = 20;
/** As the worker that is started has it (services/worker/src/config.ts). */
export const workerDefaults = { jobsInFlight: 8 };

/** Sends studies to a real worker, and the same arrivals through the simulation, with the service times that were measured right before. */
export async function validate(): Promise<Comparison> {
  const measured = await readMeasured();
  const { cores } = measured.machine;
  const { t1w, t2w } = phantomStudy('mild');
  const real = await realRun({
    files: { t1w, t2w },
    warmUp: 10,
    aloneStudies: 30,
    studies,
    rateOf: (cpuSecondsPerStudy, otherCores) => (load * (cores - otherCores)) / cpuSecondsPerStudy,
    random: chancesOf(seed).arrivals,
  });
  const simulated = simulateRun(real, measured);
  const spread = { p50: quantile(real.timeToResult, 0.5), p95: quantile(real.timeToResult, 0.95) };
  return {
    studies,
    studiesPerSecond: studies / real.acceptedAt.at(-1)!,
    real: spread,
    simulated: simulated.spread,
    ratio: { p50: simulated.spread.p50 / spread.p50, p95: simulated.spread.p95 / spread.p95 },
    realUtilisation: real.workerCores / cores,
    simulatedUtilisation: simulated.utilisation,
    otherCores: real.otherCores,
  };
}

/** API, Redis and whatever else runs have their part of the cores: the worker’s are what is left. */
function simulateRun(real: RealRun, measured: Measured) {
  const cores = measured.machine.cores - real.otherCores;
  const parameters: Parameters = parametersOf(assumptionsFrom(measured), {
    ...workerDefaults,
    coresPerWorker: cores,
    imagingThreads: measured.machine.cores,
    workersMin: 1,
    workersMax: 1,
    workerDeaths: 0,
    permanentFailures: 0,
    transientFailures: 0,
    days: real.acceptedAt.at(-1)! / 86_400,
  });
  // From its record's time on a study is still on its way into the queue and to a worker.
  const pickUp = median(real.alone.map((times) => times.pickUp));
  const draw = drawnFrom(undisturbed(workOf(real.alone), real.cpuSecondsPerStudy, parameters));
  const outcomes = Array.from({ length: runs }, (_, run) =>
    simulate({ parameters, seed: seed + run, draw, arrivals: arrivalsAt(real.acceptedAt) }),
  );
  const of = (value: 'p50' | 'p95') =>
    pickUp + median(outcomes.map(({ timeToResult }) => timeToResult.routine[value]));
  return {
    spread: { p50: of('p50'), p95: of('p95') },
    utilisation:
      median(outcomes.map(({ workers }) => workers.coreUtilisation)) * (cores / measured.machine.cores),
  };
}

/** Other work on the machine makes a study take longer, but hardly takes it more CPU time: computing is scaled to that. */
function undisturbed(
  works: readonly StudyWork[],
  cpuSecondsPerStudy: number,
  parameters: Parameters,
): StudyWork[] {
  const mean = (of: (work: StudyWork) => number) =>
    works.reduce((sum, work) => sum + of(work), 0) / works.length;
  const { prepareThreads, finishThreads } = parameters;
  const encoding = encodingSeconds(
    mean(({ slices }) => slices),
    parameters,
  );
  const claimed = mean(({ prepare, finish }) => prepareThreads * prepare + finishThreads * finish);
  const scale = Math.min(1, (cpuSecondsPerStudy - encoding) / claimed);
  return works.map((work) => ({ ...work, prepare: scale * work.prepare, finish: scale * work.finish }));
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.ceil(share * values.length) - 1]!;
}
