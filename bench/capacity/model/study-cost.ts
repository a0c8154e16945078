import { median } from '../../bench-result.ts';
import type { Parameters } from '../assumptions.ts';
import type { S3Traffic } from '../measure/counting-proxy.ts';
import { typicalStudies } from '../measured-figures.ts';
import type { Measured } from '../measured.ts';

const mebibyte = 2 ** 20;

/** What one study costs, from its upload to the reading of its result. */
export interface StudyCost {
  readonly apiCoreSeconds: number;
  readonly workerCoreSeconds: number;
  /** Of the main thread of its worker. */
  readonly workerMainSeconds: number;
  /** Of its worker's GPU; 0 without one. */
  readonly gpuSeconds: number;
  /** From the claim to the end where a worker has nothing else. */
  readonly workerLatency: number;
  readonly redisCommands: number;
  readonly redisCpuSeconds: number;
  /** In Redis: while it waits, and as long as it is kept. */
  readonly redisBytesWaiting: number;
  readonly redisBytesKept: number;
  readonly s3Writes: number;
  readonly s3Reads: number;
  readonly uploadBytes: number;
  readonly storedBytes: number;
  readonly resultBytes: number;
  readonly objects: number;
}

export function studyCostOf(measured: Measured, p: Parameters): StudyCost {
  const { api, redis, s3, sweep } = measured;
  const { alone, saturated } = typicalStudies(measured);
  const slices = median(alone.map((times) => times.slices));
  const encoding = measured.encoder.coreSecondsPerSlice * slices + 2 * measured.encoder.coreSecondsPerRun;
  // What is not encoding stays on the cores, wherever the encoders run.
  const host = saturated.cpuSecondsPerStudy - encoding;
  const onCores = p.gpu === 1 ? 0 : encoding * p.encoderWork;
  const phases = [s3.accepting, s3.staging, times(s3.readingEverything, p.readsPerStudy)];
  const requests = (kinds: readonly string[]) =>
    phases.reduce((sum, phase) => sum + kinds.reduce((total, kind) => total + (phase.requests[kind] ?? 0), 0), 0);
  return {
    apiCoreSeconds:
      (api.cpuSecondsPerStudy +
        (s3.accepting.bytesIn / mebibyte) * api.cpuSecondsPerMebibyte +
        p.pollsPerStudy * api.cpuSecondsPerPoll +
        p.readsPerStudy * s3.readingCpuSeconds) /
      p.coreSpeed,
    workerCoreSeconds: (host + onCores) / p.coreSpeed,
    workerMainSeconds: saturated.mainThreadCpuSecondsPerStudy / p.coreSpeed,
    gpuSeconds: p.gpu * slices * (p.gpuRun / p.batchSlicesMax + p.gpuSlice) * p.encoderWork,
    workerLatency: median(alone.map(({ fetch, prepare, encode, finish }) => fetch + prepare + encode + finish)),
    redisCommands: redis.accepting.commands + redis.staging.commands + p.pollsPerStudy * redis.poll.commands,
    redisCpuSeconds:
      redis.accepting.cpuSeconds + redis.staging.cpuSeconds + p.pollsPerStudy * redis.poll.cpuSeconds,
    redisBytesWaiting: redis.bytesWaiting,
    redisBytesKept: redis.bytesEnded,
    s3Writes: requests(['PUT', 'POST', 'LIST']),
    s3Reads: requests(['GET', 'HEAD']),
    uploadBytes: s3.accepting.bytesIn,
    storedBytes: s3.accepting.bytesIn + s3.staging.bytesIn,
    resultBytes: s3.readingEverything.bytesOut,
    objects: sweep.objectsPerJob,
  };
}

function times({ requests, bytesIn, bytesOut }: S3Traffic, factor: number): S3Traffic {
  return {
    requests: Object.fromEntries(Object.entries(requests).map(([kind, count]) => [kind, count * factor] as const)),
    bytesIn: bytesIn * factor,
    bytesOut: bytesOut * factor,
  };
}
