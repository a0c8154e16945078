import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { create } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { decodeNifti, preprocess } from '@hepastage/imaging';
import { JobRecord_State, Sequence, StudyMetadataSchema } from '@hepastage/proto';
import { loadModelPackage, type ModelPackage } from '@hepastage/staging';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { peakResidentBytes } from '../tests/helpers/process-memory.ts';
import { follow, phantomStudy, realVolumes } from '../tests/helpers/studies.ts';
import { startSystem } from '../tests/helpers/system.ts';
import { type BenchResult, median } from './bench-result.ts';

const rounds = 3;
const studiesPerRound = 32;
/** The first studies of a fresh process compile its code: the clock starts when this many are done. */
const warmUpStudies = 8;
const limits = { decompressedBytesMax: 2 ** 30, voxelsMax: 2 ** 28 };
const model = fileURLToPath(new URL('../models/phantom-light', import.meta.url));

/** The worker's wall time per study (queue, Redis, object store, decoding, explaining and all) beside bare `session.run` of the same slices, in turn. */
export async function benchWorker(): Promise<BenchResult[]> {
  const { t1w, t2w } = realVolumes() ?? phantomStudy('mild');
  const modelPackage = await loadModelPackage(model);
  const bare = await bareStudy(modelPackage, { t1w, t2w });
  const bareSeconds: number[] = [];
  const workerSeconds: number[] = [];
  let resident = 0;
  await bare();
  for (let round = 0; round < rounds; round++) {
    bareSeconds.push(await secondsPerStudy(bare));
    const worker = await workerRound({ t1w, t2w });
    workerSeconds.push(worker.seconds);
    resident = Math.max(resident, worker.resident);
  }
  const ratio = median(workerSeconds) / median(bareSeconds);
  return [
    {
      name: 'worker: wall time per study / bare session.run of its slices',
      value: ratio,
      unit: '×',
      aim: { atMost: 1.5 },
      details: `worker ${milliseconds(workerSeconds)}, bare ${milliseconds(bareSeconds)}, medians of ${rounds} rounds of ${studiesPerRound} studies`,
    },
    {
      name: 'worker: peak resident memory, 8 studies in flight',
      value: resident / 2 ** 20,
      unit: 'MiB',
      aim: { atMost: 1_024 },
      details: `VmHWM over ${studiesPerRound} studies`,
    },
  ];
}

function milliseconds(seconds: readonly number[]): string {
  return `${(1_000 * median(seconds)).toFixed(0)} ms`;
}

/** Studies wait in the queue before the worker starts; the clock runs while it works through them. */
async function workerRound(files: {
  t1w: string;
  t2w: string;
}): Promise<{ seconds: number; resident: number }> {
  await using system = await startSystem();
  const submitted = [];
  for (let study = 0; study < studiesPerRound; study++) {
    submitted.push(await system.client.submit(files, create(StudyMetadataSchema, {})));
  }
  const worker = await system.startWorker();
  const jobs = await Promise.all(submitted.map(async (job) => follow(system.client, job)));
  const failed = jobs.find(({ state }) => state !== JobRecord_State.SUCCEEDED);
  if (failed !== undefined) throw new Error(`a study failed: ${failed.error?.message}`);
  const ends = jobs.map(({ finishedAt }) => timestampMs(finishedAt!)).sort((one, other) => one - other);
  const elapsedMs = ends.at(-1)! - ends[warmUpStudies - 1]!;
  return {
    seconds: elapsedMs / 1_000 / (studiesPerRound - warmUpStudies),
    resident: await peakResidentBytes(worker.pid),
  };
}

async function secondsPerStudy(study: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  for (let count = 0; count < studiesPerRound; count++) await study();
  return (performance.now() - begun) / 1_000 / studiesPerRound;
}

/** The graphs alone, on slices that are ready: what no worker can beat without another model. */
async function bareStudy(
  { manifest, graphs }: ModelPackage,
  files: { t1w: string; t2w: string },
): Promise<() => Promise<void>> {
  const encoders: { session: InferenceSession; slices: Tensor }[] = [];
  for (const { sequence, encoder, preprocessing } of manifest.sequences) {
    const volume = decodeNifti(await readFile(sequence === Sequence.T1W ? files.t1w : files.t2w), limits);
    const { tensor, shape } = preprocess(volume, undefined, preprocessing!);
    const session = await InferenceSession.create(graphs.get(encoder)!, { executionProviders: ['cpu'] });
    encoders.push({ session, slices: new Tensor('float32', tensor, [...shape]) });
  }
  return async () => {
    for (const { session, slices } of encoders) {
      const outputs = await session.run({ slices });
      for (const output of Object.values(outputs)) output.dispose();
    }
  };
}
