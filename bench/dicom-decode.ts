import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debianPackages, dicomDictionary } from '../tests/helpers/debian-packages.ts';
import { temporaryDirectory } from '../tests/helpers/temporary-directory.ts';
import { type BenchResult, median } from './bench-result.ts';
import { type Dcm2niix, dcm2niixBuilds, imageName } from './dcm2niix.ts';
import { benchedSyntaxes, type Dcmtk, edge, sliceCount, writeSeries } from './dicom-series-files.ts';
import type { DecodeTask, DecodeTimes } from './dicom-series-process.ts';

const warmUpRuns = 3;
const countedRuns = 7;
/** NIfTI-1 header and its extension flag. */
const niftiHeaderBytes = 352;

/**
 * A series of a hundred slices, from files to voxels in a file, ours and dcm2niix's in turns, in each compression. Ours runs in a warm process, as a
 * worker's does; dcm2niix's start counts, which takes it a few milliseconds. Of its builds the faster one is taken.
 */
export async function benchDicomDecode(): Promise<readonly BenchResult[]> {
  const tools = await installTools().catch((error: unknown) => {
    console.log(`DICOM: skipped, ${(error as Error).message}`);
  });
  if (tools === undefined) return [];
  await using directory = await temporaryDirectory('bench-dicom');
  await writeSeries(directory.path, tools.dcmtk);
  const output = join(directory.path, 'output');
  await mkdir(output);
  const results: BenchResult[] = [];
  for (const { uid, name } of benchedSyntaxes) {
    const task = { series: join(directory.path, uid), voxels: join(directory.path, 'voxels') };
    results.push(await compare(name, task, output, tools.builds));
  }
  return results;
}

async function installTools(): Promise<{ readonly builds: readonly Dcm2niix[]; readonly dcmtk: Dcmtk }> {
  const { root, environment } = await debianPackages('dicom-tools', ['dcmtk', 'dicom3tools']);
  return {
    builds: await dcm2niixBuilds(),
    dcmtk: {
      bin: join(root, 'usr/bin'),
      environment: { ...environment, ...(await dicomDictionary(root)) },
    },
  };
}

async function compare(
  syntax: string,
  task: DecodeTask,
  output: string,
  builds: readonly Dcm2niix[],
): Promise<BenchResult> {
  await using ours = seriesProcess();
  const cold = await ours.run(task);
  for (let run = 1; run < warmUpRuns; run++) await ours.run(task);
  const theirs = await fastest(builds, syntax, task.series, output);
  await assertSameVoxels(task.voxels, join(output, imageName));
  const oursMs: number[] = [];
  const volumeMs: number[] = [];
  const theirsMs: number[] = [];
  for (let run = 0; run < countedRuns; run++) {
    const times = await ours.run(task);
    oursMs.push(times.fileMs);
    volumeMs.push(times.volumeMs);
    theirsMs.push((await theirs.convert(task.series, output))!);
  }
  return {
    name: `DICOM, ${sliceCount} slices, ${syntax}: times faster than dcm2niix`,
    value: median(theirsMs) / median(oursMs),
    unit: '×',
    aim: { atLeast: 1 },
    details: `medians of ${countedRuns} runs in turns, same voxels: ${milliseconds(oursMs)} ours, to the volume ${milliseconds(volumeMs)}, ${cold.fileMs.toFixed(0)} ms when cold; ${milliseconds(theirsMs)} ${theirs.name}`,
  };
}

function milliseconds(times: readonly number[]): string {
  return `${median(times).toFixed(0)} ms (at best ${Math.min(...times).toFixed(0)})`;
}

/** The build that converts the series, and fastest; its image is left in `output`. */
async function fastest(
  builds: readonly Dcm2niix[],
  syntax: string,
  series: string,
  output: string,
): Promise<Dcm2niix> {
  let best: { readonly build: Dcm2niix; readonly elapsedMs: number } | undefined;
  for (const build of builds) {
    const elapsedMs = await build.convert(series, output);
    if (elapsedMs === undefined) console.log(`${build.name} can’t convert ${syntax}`);
    else if (best === undefined || elapsedMs < best.elapsedMs) best = { build, elapsedMs };
  }
  if (best === undefined) throw new Error('no build of dcm2niix converts the series');
  await best.build.convert(series, output);
  return best.build;
}

/** dcm2niix turns the rows of axial slices over. */
async function assertSameVoxels(ours: string, theirs: string): Promise<void> {
  const [mine, image] = await Promise.all([readFile(ours), readFile(theirs)]);
  const voxels = image.subarray(niftiHeaderBytes);
  const rowBytes = 2 * edge;
  const rows = edge * sliceCount;
  if (mine.length !== rows * rowBytes || voxels.length !== mine.length)
    throw new Error('volumes differ in size');
  for (let row = 0; row < rows; row++) {
    const turned = row - (row % edge) + edge - 1 - (row % edge);
    const same = mine.compare(
      voxels,
      turned * rowBytes,
      (turned + 1) * rowBytes,
      row * rowBytes,
      (row + 1) * rowBytes,
    );
    if (same !== 0) throw new Error('dcm2niix found other voxels');
  }
}

/** One process of ours for all runs. */
function seriesProcess(): AsyncDisposable & { run(task: DecodeTask): Promise<DecodeTimes> } {
  const child = fork(join(import.meta.dirname, 'dicom-series-process.ts'));
  const ended = once(child, 'exit');
  return {
    run: async (task) => {
      child.send(task);
      const [times] = (await Promise.race([once(child, 'message'), failed(ended)])) as [DecodeTimes];
      return times;
    },
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await ended;
    },
  };
}

async function failed(ended: Promise<unknown>): Promise<never> {
  await ended;
  throw new Error('the decoding process ended early');
}
