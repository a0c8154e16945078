import { create } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type JobRecord, StudyMetadataSchema } from '@hepastage/proto';
import type { StudyFiles } from '../../../packages/cli/src/study-files.ts';
import { peakResidentBytes } from '../../../tests/helpers/process-memory.ts';
import type { ServiceProcess } from '../../../tests/helpers/service-process.ts';
import { follow } from '../../../tests/helpers/studies.ts';
import { startSystem, type System } from '../../../tests/helpers/system.ts';
import { type CpuSeconds, cpuSecondsFor } from './process-cpu.ts';
import { stagedStudy } from './staged-study.ts';
import { type StudyTimes, studyTimesOf } from './study-times.ts';

/** What a study costs a worker on this machine. */
export interface StagedStudies {
  /** One study at a time: what it takes where nothing else runs, s. */
  readonly alone: readonly StudyTimes[];
  /** CPU time of the worker, s a study. */
  readonly cpuSecondsPerStudy: number;
  readonly mainThreadCpuSecondsPerStudy: number;
  /** As many studies in flight as the worker takes, and more waiting. */
  readonly saturated: {
    readonly studiesPerSecond: number;
    readonly cpuSecondsPerStudy: number;
    readonly mainThreadCpuSecondsPerStudy: number;
  };
  readonly peakResidentBytes: number;
}

/** The first studies of a fresh process compile its code. */
const warmUpStudies = 8;

/** Stages `studies` studies one by one, then as many at once, with one worker. */
export async function measureStagedStudies(files: StudyFiles, studies: number): Promise<StagedStudies> {
  await using system = await startSystem();
  const worker = await system.startWorker();
  for (let study = 0; study < warmUpStudies; study++) await stageOne(system, files);

  const alone: StudyTimes[] = [];
  const cpu = await cpuSecondsFor(worker.pid, async () => {
    for (let study = 0; study < studies; study++) alone.push(await stageOne(system, files));
  });
  const saturated = await saturate(system, worker, files, studies);
  return {
    alone,
    ...perStudy(cpu, studies),
    saturated,
    peakResidentBytes: await peakResidentBytes(worker.pid),
  };
}

async function stageOne({ client }: System, files: StudyFiles): Promise<StudyTimes> {
  const record = await stagedStudy(client, files);
  return studyTimesOf(record, await client.result(record.jobId));
}

/** The worker is stopped (SIGSTOP) for no longer than its lock while the queue fills, so that it alone has the machine afterwards. */
async function saturate(
  { client }: System,
  worker: ServiceProcess,
  files: StudyFiles,
  studies: number,
): Promise<StagedStudies['saturated']> {
  worker.kill('SIGSTOP');
  const submitted: JobRecord[] = [];
  for (let study = 0; study < studies; study++) {
    submitted.push(await client.submit(files, create(StudyMetadataSchema, {})));
  }
  let records: JobRecord[] = [];
  const cpu = await cpuSecondsFor(worker.pid, async () => {
    worker.kill('SIGCONT');
    records = await Promise.all(submitted.map(async (job) => follow(client, job)));
  });
  // From the first end to the last but those that end with fewer beside them.
  const ends = records.map(({ finishedAt }) => timestampMs(finishedAt!)).sort((one, other) => one - other);
  const [first, last] = [warmUpStudies - 1, ends.length - warmUpStudies];
  return {
    studiesPerSecond: (last - first) / ((ends[last]! - ends[first]!) / 1_000),
    ...perStudy(cpu, studies),
  };
}

function perStudy({ process, mainThread }: CpuSeconds, studies: number) {
  return { cpuSecondsPerStudy: process / studies, mainThreadCpuSecondsPerStudy: mainThread / studies };
}
