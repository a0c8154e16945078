import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageLimits } from '@hepastage/imaging';
import { ErrorCode, HepastageError, type PreprocessingJson } from '@hepastage/proto';
import { makeOutputFolder } from '../output-folder.ts';
import { runInThreads } from '../run-in-threads.ts';
import { type CohortRow, nameOf } from './cohort.ts';
import type { PrepareOutcome, PrepareTask } from './prepare-volume.ts';
import { type PreprocessingBySequence, preprocessingJson } from './preprocessing-file.ts';

type Labels = Omit<CohortRow, 'image' | 'liverMask'>;

/** What `index.json` says of a cohort. */
export interface CohortIndex {
  readonly preprocessing: Readonly<Record<string, PreprocessingJson>>;
  /** In the order of the cohort table. */
  readonly items: readonly (Labels & {
    /** Path of the `[S,3,H,W]` tensor, relative to the index. */
    readonly tensor: string;
    readonly slices: number;
    readonly positions: readonly number[];
    readonly zMm: readonly number[];
    /** Of the tensor's file: with it the index stands for all that a training depends on. */
    readonly sha256: string;
  })[];
  readonly refused: readonly (Labels & { readonly code: string; readonly message: string })[];
}

export interface PrepareOptions {
  readonly preprocessing: PreprocessingBySequence;
  readonly limits: ImageLimits;
  /** Folder for `index.json` and `tensors/`. */
  readonly out: string;
  /** Volumes prepared at once, each in a thread of its own. */
  readonly jobs: number;
  /** Called after each volume. */
  readonly onVolume: () => void;
}

/** Prepares every volume of a cohort. The index is written last: where it is, the tensors are complete. Throws INVALID_CONFIG. */
export async function prepareCohort(
  rows: readonly CohortRow[],
  options: PrepareOptions,
): Promise<CohortIndex> {
  const { preprocessing, out, jobs, onVolume } = options;
  const tasks = rows.map((row) => taskOf(row, options));
  await makeOutputFolder(join(out, 'tensors'));

  const outcomes = await runInThreads<PrepareOutcome>(tasks, {
    worker: new URL('./prepare-volume.ts', import.meta.url),
    jobs,
    onDone: onVolume,
  });
  const index = indexOf(rows, outcomes, preprocessing);
  await writeFile(join(out, 'index.json'), `${JSON.stringify(index, undefined, 2)}\n`);
  return index;
}

function taskOf(row: CohortRow, { preprocessing: by, limits, out }: PrepareOptions): PrepareTask {
  const preprocessing = by[row.sequence];
  if (preprocessing === undefined) {
    throw new HepastageError(ErrorCode.INVALID_CONFIG, {
      what: `the cohort holds ${row.sequence} volumes, but the preprocessing does not say how to prepare them`,
      action: `add "${row.sequence}" to the preprocessing file`,
    });
  }
  return {
    image: row.image,
    liverMask: row.liverMask,
    preprocessing,
    limits,
    tensor: join(out, tensorPath(row)),
  };
}

function tensorPath(row: CohortRow): string {
  return `tensors/${nameOf(row)}.npy`;
}

function indexOf(
  rows: readonly CohortRow[],
  outcomes: readonly PrepareOutcome[],
  preprocessing: PreprocessingBySequence,
): CohortIndex {
  const items: CohortIndex['items'][number][] = [];
  const refused: CohortIndex['refused'][number][] = [];
  for (const [n, row] of rows.entries()) {
    const outcome = outcomes[n]!;
    const { image: _image, liverMask: _liverMask, ...labels } = row;
    if (outcome.ok) {
      const { slices, positions, zMm, sha256 } = outcome;
      items.push({ ...labels, tensor: tensorPath(row), slices, positions, zMm, sha256 });
    } else {
      refused.push({ ...labels, code: outcome.code, message: outcome.message });
    }
  }
  return { preprocessing: preprocessingJson(preprocessing), items, refused };
}
