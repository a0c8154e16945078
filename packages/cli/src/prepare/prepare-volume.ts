import { createHash } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import {
  decodeNifti,
  type ImageLimits,
  preprocess,
  preprocessPictures,
  type SliceStack,
} from '@hepastage/imaging';
import { HepastageError, type Preprocessing } from '@hepastage/proto';
import { readInputFile, unreadable } from '../input-file.ts';
import { encodeNpy } from './npy.ts';
import { readPictures } from './picture-folder.ts';

export interface PrepareTask {
  /** A NIfTI file, or a folder of PNG slices; the mask is of the same kind. */
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
      /** Of the bytes of the `.npy` file, in hexadecimal digits. */
      readonly sha256: string;
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Runs in a thread of the pool: file or folder → slices → `.npy`. */
export default async function prepareVolume(task: PrepareTask): Promise<PrepareOutcome> {
  try {
    const { tensor, shape, grid } = (await isFolder(task.image))
      ? preprocessPictures(await readPictures(task.image, task.liverMask, task.limits), task.preprocessing)
      : await slicesOfVolume(task);
    const bytes = encodeNpy(tensor, shape);
    await writeFile(task.tensor, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { ok: true, slices: shape[0], positions: grid.positions, zMm: grid.zMm, sha256 };
  } catch (error) {
    if (!(error instanceof HepastageError)) throw error;
    return { ok: false, code: error.codeName, message: error.message };
  }
}

async function slicesOfVolume({ image, liverMask, limits, preprocessing }: PrepareTask): Promise<SliceStack> {
  const volume = decodeNifti(await readInputFile(image), limits);
  const mask =
    liverMask === undefined ? undefined : decodeNifti(await readInputFile(liverMask), limits, 'mask');
  return preprocess(volume, mask, preprocessing);
}

async function isFolder(path: string): Promise<boolean> {
  const facts = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return facts.isDirectory();
}
