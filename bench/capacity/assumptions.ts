import { median } from '../bench-result.ts';
import type { Measured } from './measured.ts';
import { finishThreadsOf, mainThreadShareOf, prepareThreads } from './measured-figures.ts';

/** One number that the answer rests on. */
export interface Assumption {
  readonly value: number;
  readonly unit: string;
  /** `asked`: the question itself; `measured`: by `npm run capacity -- measure`; `configured`: where; `assumed`: by us, for want of a measurement; `example`: put in your own. */
  readonly source: string;
  readonly what: string;
}

export type Parameters = { readonly [name in keyof ReturnType<typeof assumptionsFrom>]: number };
export type ParameterName = keyof Parameters;

/** Relative load of the hours of a day (assumed): radiology works from seven to six, and emergencies come at night. */
export const hourWeights = [
  1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 8, 9, 9, 8, 7, 5, 4, 3, 3, 2, 2, 1,
] as const;
/** Load of the days from Monday, 1 for `studiesPerDay` (assumed). */
export const dayWeights = [1, 1, 1, 1, 1, 0.3, 0.25] as const;

const asked = 'asked';
const assumed = 'assumed';
const example = 'example';
const keda = 'configured: infra/k8s/components/autoscaling/worker.yaml';
const workerSettings = 'configured: services/worker/src/config.ts';
const apiSettings = 'configured: services/api/src/admission/admission-settings.ts';

/** Everything that is assumed, by name. Each can be set: `--set name=value`. */
export function assumptionsFrom(measured: Measured) {
  const measuredHere = `measured: ${measured.machine.cores} cores, ${measured.machine.processor}`;
  return {
    studiesPerDay: of(10_000, 'studies', asked, 'studies on a working day'),
    days: of(1, 'days', asked, 'length of the run, from Monday 0:00'),
    statShare: of(0.05, '', assumed, 'share of studies that are STAT'),
    burstShare: of(0.2, '', assumed, 'share of studies that come in batches, all of them routine'),
    burstStudies: of(20, 'studies', assumed, 'mean size of a batch (geometric)'),
    burstSpacing: of(1, 's', assumed, 'from one study of a batch to the next'),

    admissionSeconds: of(5, 's', apiSettings, 'how often the API looks whether it may take studies'),
    queueAgeMax: of(3_600, 's', apiSettings, 'age of the oldest waiting study from which none are taken'),
    admissionRetry: of(
      30,
      's',
      apiSettings,
      'Retry-After of a refusal; clients come back after once to twice that',
    ),
    clientPatience: of(24, 'h', assumed, 'how long a client that is turned away tries again'),

    gpu: of(0, '0 or 1', asked, 'whether encoders run on a GPU that each worker has'),
    coresPerWorker: of(2, 'cores', 'configured: infra/k8s/base/worker/deployment.yaml', 'cores of a worker'),
    jobsInFlight: of(
      4,
      'studies',
      'configured: infra/k8s/base/worker/settings.env',
      'studies that a worker has in hand',
    ),
    imagingThreads: of(
      2,
      'threads',
      'configured: infra/k8s/base/worker/settings.env',
      'threads that decode and preprocess',
    ),
    prepareThreads: of(
      prepareThreads,
      'threads',
      'by construction: one for each volume',
      'threads of a study that is decoded and preprocessed',
    ),
    finishThreads: of(
      finishThreadsOf(measured),
      'threads',
      measuredHere,
      'threads of a study that is explained, reported and persisted, on average',
    ),
    mainThreadShare: of(
      mainThreadShareOf(measured),
      '',
      measuredHere,
      'share of that in which the main thread is busy',
    ),
    coreSpeed: of(1, '×', asked, 'speed of a core beside those that were measured'),
    encoderWork: of(1, '×', asked, 'work of the encoders for a slice beside those of models/phantom-light'),
    encoderRun: of(
      measured.encoder.coreSecondsPerRun,
      'core-s',
      measuredHere,
      'CPU: an encoder run beside its slices; cores share it without loss (assumed)',
    ),
    encoderSlice: of(measured.encoder.coreSecondsPerSlice, 'core-s', measuredHere, 'CPU: a slice'),
    gpuSpeed: of(
      100,
      '×',
      `${assumed}: no GPU was at hand`,
      'GPU: how much faster than one core it computes slices',
    ),
    gpuRun: of(
      0.003,
      's',
      `${assumed}: no GPU was at hand`,
      'GPU: a run beside its slices, whatever the model: copies, launches',
    ),
    batchSlicesMax: of(16, 'slices', workerSettings, 'most slices of a batch'),
    batchDelay: of(0.01, 's', workerSettings, 'longest that a slice waits for company'),

    permanentFailures: of(0.01, '', assumed, 'share of studies that can’t be staged'),
    transientFailures: of(0.001, '', assumed, 'share of attempts that fail in a way that may pass'),
    jobAttempts: of(3, 'attempts', workerSettings, 'how often such a study is tried'),
    retryDelay: of(
      1,
      's',
      'configured: services/worker/src/retry-policy.ts',
      'pause after the first, doubled with each up to 60 s',
    ),
    workerDeaths: of(0.01, '1/h', assumed, 'how often a worker dies with all that it has in hand'),
    spotLosses: of(0, '1/h', assumed, 'how often a worker’s node is taken back'),
    spotNotice: of(30, 's', assumed, 'notice that is given of it'),
    lockSeconds: of(
      30,
      's',
      workerSettings,
      'a worker silent for that long has lost its studies, found up to half as long after that',
    ),
    stalledMax: of(3, 'workers', workerSettings, 'how many workers a study may lose'),

    workersMin: of(0, 'pods', keda, 'fewest workers'),
    workersMax: of(10, 'pods', keda, 'most workers'),
    jobsPerWorker: of(8, 'studies', keda, 'studies in the queue for which there is to be a worker'),
    pollSeconds: of(15, 's', keda, 'from one look at the queue to the next; what is seen is one look old'),
    cooldown: of(900, 's', keda, 'how long nothing must have been there before the last worker goes'),
    stabilisation: of(900, 's', keda, 'how long fewer workers must have been enough'),
    downPods: of(1, 'pods', keda, 'workers that go, at most, in each downPeriod'),
    downPeriod: of(60, 's', keda, ''),
    upPods: of(4, 'pods', keda, 'workers that come, at most, in each upPeriod'),
    upPeriod: of(60, 's', keda, ''),
    nodeSeconds: of(120, 's', assumed, 'until a node is there and has the image'),
    workerStart: of(
      median(measured.start.worker),
      's',
      measuredHere,
      'until a worker has loaded and proven its model; 10 s more after a death',
    ),
    shutdownMax: of(25, 's', workerSettings, 'how long a leaving worker’s studies may still finish'),

    statSlo: of(300, 's', 'the service’s own objective', 'time to result of a STAT study'),
    routineSlo: of(1_800, 's', 'the service’s own objective', 'time to result of a routine study'),

    priceCoreHour: of(0.05, '€', example, 'a core of a worker for an hour'),
    priceGpuHour: of(1, '€', example, 'a GPU for an hour'),
    pricePut: of(0.005, '€ / 1,000', example, 'S3 requests that write or list'),
    priceGet: of(0.0004, '€ / 1,000', example, 'S3 requests that read'),
    priceGigabyteMonth: of(0.02, '€', example, 'S3: a GB for a month'),
    priceRedisGigabyteHour: of(0.02, '€', example, 'Redis: a GiB of memory for an hour'),
    retentionDays: of(30, 'days', asked, 'how long a study is kept: inputs, result and artefacts'),
    pollsPerStudy: of(10, 'polls', assumed, 'how often a client asks for a job'),
    readsPerStudy: of(1, 'reads', assumed, 'how often the result with all artefacts is fetched'),
    apiCores: of(0.5, 'cores', 'configured: infra/k8s/base/api/deployment.yaml', 'an API pod asks for'),
    apiUtilisation: of(
      0.7,
      '',
      'configured: infra/k8s/components/autoscaling/api.yaml',
      'of that, before there is another pod',
    ),
    sweepSeconds: of(
      900,
      's',
      'configured: services/api/src/jobs/sweep-settings.ts',
      'from one sweep to the next',
    ),
    redisGibibytes: of(64, 'GiB', asked, 'memory that Redis may have'),
    s3PrefixWrites: of(
      3_500,
      '1/s',
      'AWS documentation, “Optimizing Amazon S3 performance”',
      'writes that a prefix takes before S3 splits it',
    ),
    s3PrefixReads: of(
      5_500,
      '1/s',
      'AWS documentation, “Optimizing Amazon S3 performance”',
      'reads, likewise',
    ),
    networkGigabits: of(10, 'Gbit/s', asked, 'what all API pods together take in'),
    peakFactor: of(
      Math.max(...hourWeights) / (sum(hourWeights) / 24),
      '×',
      'the hours above',
      'the busiest hour beside the mean of the day',
    ),
    workerUtilisation: of(
      0.7,
      '',
      assumed,
      'how much of a worker’s throughput is planned for in the busiest hour',
    ),
  } as const satisfies Readonly<Record<string, Assumption>>;
}

function of(value: number, unit: string, source: string, what: string): Assumption {
  return { value, unit, source, what };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The values alone, with what was set in place of the defaults. */
export function parametersOf(
  assumptions: ReturnType<typeof assumptionsFrom>,
  set: Partial<Parameters> = {},
): Parameters {
  const values = Object.entries(assumptions).map(([name, { value }]) => [name, value] as const);
  return { ...(Object.fromEntries(values) as Parameters), ...set };
}
