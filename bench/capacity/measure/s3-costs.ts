import { create } from '@bufbuild/protobuf';
import { type JobRecord, StudyMetadataSchema } from '@hepastage/proto';
import type { StudyFiles } from '../../../packages/cli/src/study-files.ts';
import { follow } from '../../../tests/helpers/studies.ts';
import type { System } from '../../../tests/helpers/system.ts';
import { startCountedSystem } from './counted-system.ts';
import type { S3Traffic } from './counting-proxy.ts';
import { cpuSecondsFor } from './process-cpu.ts';
import { succeeded } from './staged-study.ts';

/** What passes to and from S3 for one study. */
export interface S3Costs {
  readonly accepting: S3Traffic;
  readonly staging: S3Traffic;
  readonly readingResult: S3Traffic;
  /** The result and all its artefacts. */
  readonly readingEverything: S3Traffic;
  /** CPU time of the API for that, s. */
  readonly readingCpuSeconds: number;
  readonly erasing: S3Traffic;
}

/** Sends `studies` studies of `files`, stages and reads them and erases them, each phase by itself. */
export async function measureS3Costs(files: StudyFiles, studies: number): Promise<S3Costs> {
  await using counted = await startCountedSystem();
  const { system, proxy } = counted;
  const { client, api } = system;
  const measured = async (work: () => Promise<void>): Promise<S3Traffic> => {
    proxy.take();
    await work();
    return perStudy(proxy.take(), studies);
  };
  const jobs: JobRecord[] = [];
  const accepting = await measured(async () => {
    for (let study = 0; study < studies; study++)
      jobs.push(await client.submit(files, create(StudyMetadataSchema, {})));
  });
  await system.startWorker();
  const staging = await measured(async () => {
    for (const job of jobs) succeeded(await follow(client, job));
  });
  const readingResult = await measured(async () => {
    for (const { jobId } of jobs) await client.result(jobId);
  });
  let readingCpuSeconds = 0;
  const readingEverything = await measured(async () => {
    const cpu = await cpuSecondsFor(api.pid, async () => readAll(system, jobs));
    readingCpuSeconds = cpu.process / studies;
  });
  const erasing = await measured(async () => {
    for (const { jobId } of jobs) await fetch(`${api.url}/v1/jobs/${jobId}`, { method: 'DELETE' });
  });
  return { accepting, staging, readingResult, readingEverything, readingCpuSeconds, erasing };
}

async function readAll({ client }: System, jobs: readonly JobRecord[]): Promise<void> {
  for (const { jobId } of jobs) {
    const { artefacts } = await client.result(jobId);
    for (const { name } of artefacts) await client.artefact(jobId, name);
  }
}

function perStudy({ requests, bytesIn, bytesOut }: S3Traffic, studies: number): S3Traffic {
  return {
    requests: Object.fromEntries(
      Object.entries(requests).map(([kind, count]) => [kind, count / studies] as const),
    ),
    bytesIn: bytesIn / studies,
    bytesOut: bytesOut / studies,
  };
}
