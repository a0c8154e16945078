import { writeFile } from 'node:fs/promises';
import { decodeNifti, type ImageLimits, preprocess } from '@hepastage/imaging';
import { HepastageError, type Preprocessing } from '@hepastage/proto';
import { readInputFile } from '../input-file.ts';
import { encodeNpy } from './npy.ts';

export interface PrepareTask {
  readonly image: string;
  readonly liverMask: string | undefined;
  readonly preprocessing: Preprocessing;
  readonly limits: ImageLimits;
  /** Where the tensor goes. */
  readonly tensor: string;
}

/** What became of a volume: facts about its tensor, or why there is none. Errors lose their class between threads. */
export type PrepareOutcome =
  | {
      readonly ok: true;
      readonly slices: number;
      readonly positions: readonly number[];
      readonly zMm: readonly number[];
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Runs in a thread of the pool: file → slices → `.npy`. */
export default async function prepareVolume(task: PrepareTask): Promise<PrepareOutcome> {
  try {
    const volume = decodeNifti(await readInputFile(task.image), task.limits);
    const mask =
      task.liverMask === undefined
        ? undefined
        : decodeNifti(await readInputFile(task.liverMask), task.limits, 'mask');
    const { tensor, shape, grid } = preprocess(volume, mask, task.preprocessing);
    await writeFile(task.tensor, encodeNpy(tensor, shape));
    return { ok: true, slices: shape[0], positions: grid.positions, zMm: grid.zMm };
  } catch (error) {
    if (!(error instanceof HepastageError)) throw error;
    return { ok: false, code: error.codeName, message: error.message };
  }
}
