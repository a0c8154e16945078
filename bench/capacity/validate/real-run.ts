import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type JobRecord, JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import type { StudyFiles } from '../../../packages/cli/src/study-files.ts';
import { follow } from '../../../tests/helpers/studies.ts';
import { startSystem, type System } from '../../../tests/helpers/system.ts';
import { cpuSecondsOf, machineCpuSeconds } from '../measure/process-cpu.ts';
import { type StudyTimes, studyTimesOf } from '../measure/study-times.ts';
import { exponential, type Random } from '../simulation/random.ts';

/** What a real worker did with studies that came by chance. */
export interface RealRun {
  /** One at a time, right before. */
  readonly alone: readonly StudyTimes[];
  readonly cpuSecondsPerStudy: number;
  /** When each was accepted, s from the first, in order, and how long after that it was ready, s. */
  readonly acceptedAt: readonly number[];
  readonly timeToResult: readonly number[];
  /** CPU time for a second of the run: of the worker, and of everything else on the machine. */
  readonly workerCores: number;
  readonly otherCores: number;
}

export interface RealRunOptions {
  readonly files: StudyFiles;
  readonly warmUp: number;
  readonly aloneStudies: number;
  readonly studies: number;
  /** Mean rate at which they come, 1/s, once it is known what one takes alone, and how many cores everything else. */
  readonly rateOf: (cpuSecondsPerStudy: number, otherCores: number) => number;
  readonly random: Random;
}

/** API, Redis and one worker as processes of their own; studies come as a Poisson process. */
export async function realRun(options: RealRunOptions): Promise<RealRun> {
  const { files, warmUp, aloneStudies, studies, rateOf, random } = options;
  await using system = await startSystem();
  const worker = await system.startWorker();
  for (let study = 0; study < warmUp; study++) await staged(system, files);

  const alone: StudyTimes[] = [];
  const [idle, idleMachine, aloneSince] = [
    await cpuSecondsOf(worker.pid),
    machineCpuSeconds(),
    performance.now(),
  ];
  for (let study = 0; study < aloneStudies; study++) {
    const record = await staged(system, files);
    alone.push(studyTimesOf(record, await system.client.result(record.jobId)));
  }
  const busy = await cpuSecondsOf(worker.pid);
  const workerSeconds = busy.process - idle.process;
  const otherSeconds = machineCpuSeconds() - idleMachine - workerSeconds;
  const cpuSecondsPerStudy = workerSeconds / aloneStudies;
  const rate = rateOf(cpuSecondsPerStudy, (1_000 * otherSeconds) / (performance.now() - aloneSince));

  const before = [await cpuSecondsOf(worker.pid), machineCpuSeconds()] as const;
  const begun = performance.now();
  const records: Promise<JobRecord>[] = [];
  for (let study = 0; study < studies; study++) {
    records.push(staged(system, files));
    await delay(1_000 * exponential(random, rate));
  }
  const ended = await Promise.all(records);
  const elapsed = (performance.now() - begun) / 1_000;
  const after = [await cpuSecondsOf(worker.pid), machineCpuSeconds()] as const;
  const workerCores = (after[0].process - before[0].process) / elapsed;
  return {
    alone,
    cpuSecondsPerStudy,
    ...timesOf(ended),
    workerCores,
    otherCores: (after[1] - before[1]) / elapsed - workerCores,
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
