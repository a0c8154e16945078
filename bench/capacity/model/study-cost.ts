import { median } from '../../bench-result.ts';
import type { Parameters } from '../assumptions.ts';
import type { S3Traffic } from '../measure/counting-proxy.ts';
import { encodingSeconds, typicalStudies } from '../measured-figures.ts';
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
  /** Its lines in the audit log included. */
  readonly objects: number;
}

export function studyCostOf(measured: Measured, p: Parameters): StudyCost {
  const { api, redis, s3 } = measured;
  const { alone, saturated } = typicalStudies(measured);
  const slices = median(alone.map((times) => times.slices));
  const encoding = encodingSeconds(slices, p);
  // What is not encoding stays on the cores, wherever the encoders run.
  const host = saturated.cpuSecondsPerStudy - encoding;
  const onCores = p.gpu === 1 ? 0 : encoding * p.encoderWork;
  const gpuSeconds =
    p.gpu * slices * (p.gpuRun / p.batchSlicesMax + (p.encoderSlice * p.encoderWork) / p.gpuSpeed);
  const requests = (...kinds: readonly string[]) => {
    const of = (phase: S3Traffic) => kinds.reduce((sum, kind) => sum + (phase.requests[kind] ?? 0), 0);
    return of(s3.accepting) + of(s3.staging) + p.readsPerStudy * of(s3.readingEverything);
  };
  return {
    apiCoreSeconds:
      (api.cpuSecondsPerStudy +
        (s3.accepting.bytesIn / mebibyte) * api.cpuSecondsPerMebibyte +
        p.pollsPerStudy * api.cpuSecondsPerPoll +
        p.readsPerStudy * s3.readingCpuSeconds) /
      p.coreSpeed,
    workerCoreSeconds: (host + onCores) / p.coreSpeed,
    workerMainSeconds: saturated.mainThreadCpuSecondsPerStudy / p.coreSpeed,
    gpuSeconds,
    workerLatency:
      median(alone.map(({ fetch, prepare, finish }) => fetch + (prepare + finish) / p.coreSpeed)) +
      p.batchDelay +
      (p.gpu === 1 ? gpuSeconds : onCores / p.coreSpeed / p.coresPerWorker),
    redisCommands: redis.accepting.commands + redis.staging.commands + p.pollsPerStudy * redis.poll.commands,
    redisCpuSeconds:
      redis.accepting.cpuSeconds + redis.staging.cpuSeconds + p.pollsPerStudy * redis.poll.cpuSeconds,
    redisBytesWaiting: redis.bytesWaiting,
    redisBytesKept: redis.bytesEnded,
    s3Writes: requests('PUT', 'POST', 'LIST'),
    s3Reads: requests('GET', 'HEAD'),
    uploadBytes: s3.accepting.bytesIn,
    storedBytes: s3.accepting.bytesIn + s3.staging.bytesIn,
    resultBytes: s3.readingEverything.bytesOut,
    objects: (s3.accepting.requests['PUT'] ?? 0) + (s3.staging.requests['PUT'] ?? 0),
  };
}
