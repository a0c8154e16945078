import type { Parameters } from '../assumptions.ts';
import type { Measured } from '../measured.ts';
import { type Limit, limitsOf } from './limits.ts';
import { type StudyCost, studyCostOf } from './study-cost.ts';

const daySeconds = 86_400;
/** Fewest API pods: one may be replaced while another answers. */
const apiPodsMin = 2;
const gibibyte = 2 ** 30;
const gigabyte = 1e9;

/** What a deployment needs for so many studies a day. */
export interface PlanRow {
  readonly studiesPerDay: number;
  /** In the busiest hour. */
  readonly studiesPerSecond: number;
  readonly apiPods: number;
  readonly workers: number;
  /** Of the mean day: what a fleet costs that follows its load. */
  readonly workerHoursPerDay: number;
  readonly redisGibibytes: number;
  readonly redisCommandsPerSecond: number;
  /** Share of Redis' one thread in the busiest hour. */
  readonly redisThread: number;
  readonly s3WritesPerSecond: number;
  readonly s3ReadsPerSecond: number;
  readonly s3TerabytesKept: number;
  readonly objectsKept: number;
  /** Into the API in the busiest hour, Mbit/s. */
  readonly uploadMegabits: number;
  /** At the example prices. */
  readonly costPerDay: { readonly workers: number; readonly s3: number; readonly redis: number };
}

export interface Plan {
  readonly study: StudyCost;
  /** Studies that one worker takes a second, and what of it limits that. */
  readonly workerStudiesPerSecond: number;
  readonly workerLimit: string;
  readonly rows: readonly PlanRow[];
  /** What one deployment can't do more of, the lowest first. */
  readonly limits: readonly Limit[];
}

export const planSizes = [1_000, 10_000, 100_000, 1_000_000, 5_000_000] as const;

export function plan(measured: Measured, parameters: Parameters): Plan {
  const study = studyCostOf(measured, parameters);
  const { limit, studiesPerSecond } = workerThroughput(study, parameters);
  return {
    study,
    workerStudiesPerSecond: studiesPerSecond,
    workerLimit: limit,
    rows: planSizes.map((size) =>
      rowOf(size, { study, measured, workerRate: studiesPerSecond, p: parameters }),
    ),
    limits: limitsOf(measured, study, parameters),
  };
}

/** The least of what cores, main thread, GPU and studies in flight let through. */
export function workerThroughput(study: StudyCost, p: Parameters) {
  const bounds = [
    { limit: 'cores', studiesPerSecond: p.coresPerWorker / study.workerCoreSeconds },
    { limit: 'main thread', studiesPerSecond: 1 / study.workerMainSeconds },
    { limit: 'GPU', studiesPerSecond: study.gpuSeconds === 0 ? Infinity : 1 / study.gpuSeconds },
    { limit: 'studies in flight', studiesPerSecond: p.jobsInFlight / study.workerLatency },
  ];
  return bounds.reduce((least, bound) => (bound.studiesPerSecond < least.studiesPerSecond ? bound : least));
}

function rowOf(
  studiesPerDay: number,
  {
    study,
    measured,
    workerRate,
    p,
  }: { study: StudyCost; measured: Measured; workerRate: number; p: Parameters },
): PlanRow {
  const peak = (studiesPerDay / daySeconds) * p.peakFactor;
  const kept = studiesPerDay * p.retentionDays;
  const redisBytes = kept * study.redisBytesKept + peak * p.queueAgeMax * study.redisBytesWaiting;
  const workerHoursPerDay = studiesPerDay / (workerRate * p.workerUtilisation) / 3_600;
  const redisGibibytes = redisBytes / gibibyte;
  const apiPods = Math.max(
    apiPodsMin,
    Math.ceil((peak * study.apiCoreSeconds) / (p.apiCores * p.apiUtilisation)),
  );
  const workers = Math.max(1, Math.ceil(peak / (workerRate * p.workerUtilisation)));
  // Measured of one of each.
  const idleCommands = measured.redis.idleCommandsPerSecond * Math.max(apiPods, workers);
  return {
    studiesPerDay,
    studiesPerSecond: peak,
    apiPods,
    workers,
    workerHoursPerDay,
    redisGibibytes,
    redisCommandsPerSecond: peak * study.redisCommands + idleCommands,
    redisThread: peak * study.redisCpuSeconds,
    s3WritesPerSecond: peak * study.s3Writes,
    s3ReadsPerSecond: peak * study.s3Reads,
    s3TerabytesKept: (kept * study.storedBytes) / (1_000 * gigabyte),
    objectsKept: kept * study.objects,
    uploadMegabits: (peak * study.uploadBytes * 8) / 1e6,
    costPerDay: {
      workers: workerHoursPerDay * (p.coresPerWorker * p.priceCoreHour + p.gpu * p.priceGpuHour),
      s3:
        (studiesPerDay * (study.s3Writes * p.pricePut + study.s3Reads * p.priceGet)) / 1_000 +
        ((kept * study.storedBytes) / gigabyte) * (p.priceGigabyteMonth / 30),
      redis: redisGibibytes * 24 * p.priceRedisGigabyteHour,
    },
  };
}
