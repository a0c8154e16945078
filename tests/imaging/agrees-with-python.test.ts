import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeNifti, type ImageLimits, preprocess, type SliceStack } from '@hepastage/imaging';
import { decodeJson, type PreprocessingJson, PreprocessingSchema } from '@hepastage/proto';
import { buildNifti, type NiftiSpec } from '../../packages/imaging/src/testing/nifti-builder.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { madeFiles } from './made-files.ts';
import { pythonReference, type ReferenceCase } from './python-reference.ts';
import { sharedFile, skipWithoutSharedData } from './shared-data.ts';

const limits: ImageLimits = { decompressedBytesMax: 2 ** 28, voxelsMax: 2 ** 26 };
/** Largest difference of a z-scored intensity. */
const toleranceMax = 1e-3;

/** Downsampling with many slices, and upsampling with a stride and wide clipping. */
const settings: readonly PreprocessingJson[] = [
  {
    spacingMm: 2.5,
    height: 96,
    width: 112,
    slices: 10,
    minSliceSpacingMm: 3,
    liverMarginMm: 20,
    lowerPercentile: 1,
    upperPercentile: 99,
  },
  {
    spacingMm: 1.1,
    height: 90,
    width: 90,
    slices: 4,
    minSliceSpacingMm: 9,
    liverMarginMm: 5,
    lowerPercentile: 0,
    upperPercentile: 100,
  },
];

test('real volumes, with and without masks', { skip: skipWithoutSharedData }, async (t) => {
  const images = ['t1w-patient005-mild', 't2w-patient003-severe'].flatMap((name) => [
    { image: realVolume(name) },
    { image: realVolume(name), mask: realVolume(`${name}.liver`) },
  ]);
  const others = [
    'abdomen/philips-t2w-tse-coronal-01.nii.gz',
    'abdomen/totalseg-axial-3mm.nii.gz',
    'nibabel/anatomical.nii',
    'nibabel/resampled_anat_moved.nii',
    'nibabel/someones_epi.nii.gz',
    'nifti-reader-js/avg152T1_LR_nifti2.nii.gz',
    'nifti-reader-js/big.nii.gz',
  ].map((path) => ({ image: sharedFile(`nifti/${path}`) }));
  await compare([...images, ...others], async (name, check) => t.test(name, check));
});

test('files made for it', async (t) => {
  await using folder = await temporaryDirectory('made');
  const write = (name: string, spec: NiftiSpec): string => {
    const path = join(folder.path, `${name}.nii`);
    writeFileSync(path, buildNifti(spec));
    return path;
  };
  const cases = madeFiles.map(({ name, image, mask }) => ({
    image: write(name, image),
    mask: mask && write(`${name}, mask`, mask),
  }));
  await compare(cases, async (name, check) => t.test(name, check));
});

function realVolume(name: string): string {
  return sharedFile(`cirrmri600plus/volumes/${name}.nii.gz`);
}

/** Preprocesses every file with all settings here and in Python, and checks that the stacks agree. */
async function compare(
  files: readonly Pick<ReferenceCase, 'image' | 'mask'>[],
  run: (name: string, check: () => void) => Promise<void>,
): Promise<void> {
  const cases = files.flatMap((file) => settings.map((preprocessing) => ({ ...file, preprocessing })));
  const references = await pythonReference(cases);
  for (const [n, { image, mask, preprocessing }] of cases.entries()) {
    const name = `${image.slice(image.lastIndexOf('/') + 1)}${mask ? ' with its mask' : ''}, ${preprocessing.spacingMm} mm`;
    await run(name, () => {
      const { shape, zMm, values } = references[n]!;
      const stack = stackOf(image, mask, preprocessing);
      assert.deepEqual(stack.shape, shape);
      assert.ok(stack.grid.zMm.every((z, slice) => Math.abs(z - zMm![slice]!) < 1e-6));
      const worst = stack.tensor.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - values[at]!)),
        0,
      );
      assert.ok(worst < toleranceMax, `values differ by up to ${worst}`);
      assert.ok(new Set(stack.tensor).size > 20, 'the stack shows something');
    });
  }
}

function stackOf(image: string, mask: string | undefined, how: PreprocessingJson): SliceStack {
  const volume = decodeNifti(readFileSync(image), limits);
  const liver = mask === undefined ? undefined : decodeNifti(readFileSync(mask), limits, 'mask');
  return preprocess(volume, liver, decodeJson(PreprocessingSchema, how));
}
