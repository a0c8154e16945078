import { setTimeout as delay } from 'node:timers/promises';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { JobRecord } from '@hepastage/proto';
import type { StudyFiles } from '../../../packages/cli/src/study-files.ts';
import { startSystem } from '../../../tests/helpers/system.ts';
import { cpuSecondsFor, machineCpuSeconds } from '../measure/process-cpu.ts';
import { stagedStudy } from '../measure/staged-study.ts';
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
  for (let study = 0; study < warmUp; study++) await stagedStudy(system.client, files);

  const alone: StudyTimes[] = [];
  const used = await coresUsed(worker.pid, async () => {
    for (let study = 0; study < aloneStudies; study++) {
      const record = await stagedStudy(system.client, files);
      alone.push(studyTimesOf(record, await system.client.result(record.jobId)));
    }
  });
  const cpuSecondsPerStudy = (used.workerCores * used.seconds) / aloneStudies;
  const rate = rateOf(cpuSecondsPerStudy, used.otherCores);

  const records: Promise<JobRecord>[] = [];
  const { workerCores, otherCores } = await coresUsed(worker.pid, async () => {
    for (let study = 0; study < studies; study++) {
      records.push(stagedStudy(system.client, files));
      await delay(1_000 * exponential(random, rate));
    }
    await Promise.all(records);
  });
  return { alone, cpuSecondsPerStudy, ...timesOf(await Promise.all(records)), workerCores, otherCores };
}

/** CPU time of a worker, and of everything else on the machine, for a second of `work`. */
async function coresUsed(pid: number, work: () => Promise<void>) {
  const [machine, begun] = [machineCpuSeconds(), performance.now()];
  const { process: worker } = await cpuSecondsFor(pid, work);
  const seconds = (performance.now() - begun) / 1_000;
  const other = machineCpuSeconds() - machine - worker;
  return { seconds, workerCores: worker / seconds, otherCores: other / seconds };
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
