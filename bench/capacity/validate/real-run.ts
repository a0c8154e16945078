import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type JobRecord, JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import type { StudyFiles } from '../../../packages/cli/src/study-files.ts';
import { follow } from '../../../tests/helpers/studies.ts';
import { startSystem, type System } from '../../../tests/helpers/system.ts';
import { cpuSecondsOf } from '../measure/process-cpu.ts';
import { type StudyTimes, studyTimesOf } from '../measure/study-times.ts';
import { exponential, type Random } from '../simulation/random.ts';

/** What a real worker did with studies that came by chance. */
export interface RealRun {
  /** One at a time, right before. */
  readonly alone: readonly StudyTimes[];
  /** When each was accepted, s from the first, in order, and how long after that it was ready, s. */
  readonly acceptedAt: readonly number[];
  readonly timeToResult: readonly number[];
  /** CPU time for a second of the run: of the worker, and of all else that this program started. */
  readonly workerCores: number;
  readonly apiCores: number;
}

export interface RealRunOptions {
  readonly files: StudyFiles;
  readonly warmUp: number;
  readonly aloneStudies: number;
  readonly studies: number;
  /** Mean rate at which they come, 1/s, once it is known how long one takes alone. */
  readonly rateOf: (alone: readonly StudyTimes[], cpuSecondsPerStudy: number) => number;
  readonly random: Random;
}

/** API, Redis and one worker as processes of their own; studies come as a Poisson process. */
export async function realRun(options: RealRunOptions): Promise<RealRun> {
  const { files, warmUp, aloneStudies, studies, rateOf, random } = options;
  await using system = await startSystem();
  const worker = await system.startWorker();
  for (let study = 0; study < warmUp; study++) await staged(system, files);

  const alone: StudyTimes[] = [];
  const idle = await cpuSecondsOf(worker.pid);
  for (let study = 0; study < aloneStudies; study++) {
    const record = await staged(system, files);
    alone.push(studyTimesOf(record, await system.client.result(record.jobId)));
  }
  const busy = await cpuSecondsOf(worker.pid);
  const rate = rateOf(alone, (busy.process - idle.process) / aloneStudies);

  const before = [await cpuSecondsOf(worker.pid), await cpuSecondsOf(system.api.pid)] as const;
  const begun = performance.now();
  const records: Promise<JobRecord>[] = [];
  for (let study = 0; study < studies; study++) {
    records.push(staged(system, files));
    await delay(1_000 * exponential(random, rate));
  }
  const ended = await Promise.all(records);
  const elapsed = (performance.now() - begun) / 1_000;
  const after = [await cpuSecondsOf(worker.pid), await cpuSecondsOf(system.api.pid)] as const;
  return {
    alone,
    ...timesOf(ended),
    workerCores: (after[0].process - before[0].process) / elapsed,
    apiCores: (after[1].process - before[1].process) / elapsed,
  };
}

async function staged({ client }: System, files: StudyFiles): Promise<JobRecord> {
  const record = await follow(client, await client.submit(files, create(StudyMetadataSchema, {})));
  if (record.state !== JobRecord_State.SUCCEEDED) throw new Error(`a study failed: ${record.error?.message}`);
  return record;
}

function timesOf(records: readonly JobRecord[]) {
  const times = records
    .map(({ createdAt, finishedAt }) => [timestampMs(createdAt!), timestampMs(finishedAt!)] as const)
    .sort(([one], [other]) => one - other);
  const [first] = times[0]!;
  return {
    acceptedAt: times.map(([created]) => (created - first) / 1_000),
    timeToResult: times.map(([created, finished]) => (finished - created) / 1_000),
  };
}
