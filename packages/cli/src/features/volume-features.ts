import { decodeNifti, type ImageLimits, type RadiomicsFeatures, radiomicsFeatures } from '@hepastage/imaging';
import { HepastageError } from '@hepastage/proto';
import { readInputFile } from '../input-file.ts';

export interface FeaturesTask {
  /** NIfTI files. */
  readonly image: string;
  readonly liverMask: string;
  readonly limits: ImageLimits;
}

/** A volume's features, or why there are none. Errors lose their class between threads. */
export type FeaturesOutcome =
  | { readonly ok: true; readonly features: RadiomicsFeatures }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Runs in a thread of the pool: files → features. */
export default async function volumeFeatures(task: FeaturesTask): Promise<FeaturesOutcome> {
  try {
    const image = decodeNifti(await readInputFile(task.image), task.limits);
    const mask = decodeNifti(await readInputFile(task.liverMask), task.limits, 'mask');
    return { ok: true, features: radiomicsFeatures(image, mask) };
  } catch (error) {
    if (!(error instanceof HepastageError)) throw error;
    return { ok: false, code: error.codeName, message: error.message };
  }
}
