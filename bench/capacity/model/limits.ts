import type { Parameters } from '../assumptions.ts';
import type { Measured } from '../measured.ts';
import type { StudyCost } from './study-cost.ts';

const daySeconds = 86_400;

/** Something of which one deployment has only so much. */
export interface Limit {
  readonly what: string;
  /** Studies a day at which it is used up. */
  readonly studiesPerDay: number;
  readonly remedy: string;
}

/** How much of Redis' thread may be used, so that nobody waits for it. */
const redisThreadMax = 0.7;

/** The lowest first. */
export function limitsOf({ sweep }: Measured, study: StudyCost, p: Parameters): Limit[] {
  const atPeak = (studiesPerSecond: number) => (studiesPerSecond * daySeconds) / p.peakFactor;
  const limits: Limit[] = [
    {
      what: `the sweep looks at every kept job each ${p.sweepSeconds} s: ${p.retentionDays} days of jobs`,
      studiesPerDay: p.sweepSeconds / sweep.secondsPerJob / p.retentionDays,
      remedy:
        'raise HEPASTAGE_SWEEP_SECONDS (the sweep only heals and retains); keep fewer days; several deployments',
    },
    {
      what: `Redis’ one thread, ${100 * redisThreadMax} % busy in the busiest hour`,
      studiesPerDay: atPeak(redisThreadMax / study.redisCpuSeconds),
      remedy: 'fewer polls (webhooks, Prefer: wait); a deployment for each group of tenants',
    },
    {
      what: `Redis’ memory, ${p.redisGibibytes} GiB, with ${p.retentionDays} days of records`,
      studiesPerDay:
        (p.redisGibibytes * 2 ** 30) /
        (p.retentionDays * study.redisBytesKept +
          ((p.peakFactor * p.queueAgeMax) / daySeconds) * study.redisBytesWaiting),
      remedy: 'more memory; keep fewer days',
    },
    {
      what: `S3 writes, ${p.s3PrefixWrites} a second and prefix`,
      studiesPerDay: atPeak(p.s3PrefixWrites / study.s3Writes),
      remedy:
        'S3 splits the prefix by job ids (random) as load grows; until then 503, tried again; several tenants, several prefixes',
    },
    {
      what: `S3 reads, ${p.s3PrefixReads} a second and prefix`,
      studiesPerDay: atPeak(p.s3PrefixReads / study.s3Reads),
      remedy: 'the same',
    },
    {
      what: `uploads, ${p.networkGigabits} Gbit/s`,
      studiesPerDay: atPeak((p.networkGigabits * 1e9) / 8 / study.uploadBytes),
      remedy: 'more nodes for API pods',
    },
  ];
  return limits.sort((one, other) => one.studiesPerDay - other.studiesPerDay);
}
