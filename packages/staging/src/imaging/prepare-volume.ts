import {
  assertUsable,
  decodeDicom,
  decodeNifti,
  type ImageKind,
  type ImageLimits,
  maskBits,
  preprocess,
  type Volume,
} from '@hepastage/imaging';
import { type DicomInstance, HepastageError } from '@hepastage/proto';
import { qualityOf } from '../quality/quality-of.ts';
import { verified } from './digested.ts';
import type { FileBytes, PreparedVolume, PrepareTask } from './imaging-protocol.ts';
import { liverFeatures } from './liver-features.ts';
import { settled } from './settled.ts';

/** decode → check quality → preprocess → features of the liver. */
export async function prepareVolume(task: PrepareTask): Promise<PreparedVolume> {
  const { name, sequence, liverMask: maskFile, limits, preprocessing } = task;
  const image = await at(name, async () => decodeImage(task));
  const liverMask =
    maskFile && (await at(maskName(name), () => decodeFile(maskFile, maskName(name), 'mask', limits)));
  const findings = [...image.findings, ...qualityOf(image, sequence)];
  const preprocessed = await timed(async () =>
    at(name, () => {
      assertUsable(findings);
      return preprocess(image, liverMask, preprocessing);
    }),
  );
  // No study fails for want of a second opinion.
  const features =
    task.radiomics && liverMask && (await timed(async () => settled(() => liverFeatures(image, liverMask))));
  const { dims, affine, spacing, affineSource, orientation } = image;
  return {
    stack: preprocessed.value,
    geometry: { dims, affine, spacing, affineSource, orientation },
    liverBits: liverMask && maskBits(liverMask),
    findings,
    radiomics: features ? features.value : undefined,
    preprocessSeconds: preprocessed.seconds,
    radiomicsSeconds: features ? features.seconds : undefined,
  };
}

async function decodeImage({ name, image, limits }: PrepareTask): Promise<Volume> {
  if (image.kind === 'nifti') return decodeFile(image.file, name, 'image', limits);
  const fileOf = ({ key }: DicomInstance): Uint8Array => {
    const file = image.files[key];
    if (file === undefined) throw new RangeError('a slice without its file');
    return verified(file, name);
  };
  return decodeDicom(image.stack, fileOf, limits);
}

function decodeFile(file: FileBytes, name: string, kind: ImageKind, limits: ImageLimits): Volume {
  return decodeNifti(verified(file, name), limits, kind);
}

function maskName(name: string): string {
  return `${name}_liver_mask`;
}

/** What `work` throws is said to be at `name`. */
async function at<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw HepastageError.from(error).at(name);
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const begun = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - begun) / 1_000 };
}
