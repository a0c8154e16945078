import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeNifti, type ImageLimits } from '@hepastage/imaging';
import { pythonReference } from './python-reference.ts';
import { sharedFile, skipWithoutSharedData } from './shared-data.ts';

const limits: ImageLimits = { decompressedBytesMax: 2 ** 28, voxelsMax: 2 ** 26 };
const skip = skipWithoutSharedData;

const valid = [
  'abdomen/philips-t2w-tse-coronal-01.nii.gz',
  'abdomen/totalseg-axial-3mm.nii.gz',
  'nibabel/anatomical.nii',
  'nibabel/reoriented_anat_moved.nii',
  'nibabel/resampled_anat_moved.nii',
  'nibabel/someones_anatomy.nii.gz',
  'nibabel/someones_epi.nii.gz',
  'nibabel/standard.nii.gz',
  'nifti-reader-js/avg152T1_LR_nifti.nii',
  'nifti-reader-js/avg152T1_LR_nifti.nii.gz',
  'nifti-reader-js/avg152T1_LR_nifti2.nii.gz',
  'nifti-reader-js/big.nii.gz',
  'nifti-reader-js/little.nii.gz',
  'nifti-reader-js/with_extension.nii.gz',
];
const refused: Readonly<Record<string, string>> = {
  'nibabel/analyze.hdr': 'NOT_NIFTI',
  'nibabel/example4d.nii.gz': 'UNSUPPORTED_DIMENSIONS',
  'nibabel/example_nifti2.nii.gz': 'UNSUPPORTED_DIMENSIONS',
  'nibabel/functional.nii': 'UNSUPPORTED_DIMENSIONS',
  'nibabel/nifti1.hdr': 'NOT_NIFTI',
  'nibabel/nifti2.hdr': 'NOT_NIFTI',
  'nibabel/row_major.dconn.nii': 'UNSUPPORTED_DIMENSIONS',
  'nifti-reader-js/5D_small.nii': 'UNSUPPORTED_DIMENSIONS',
  'nifti-reader-js/5D_zeros.nii.gz': 'UNSUPPORTED_DIMENSIONS',
  'nifti-reader-js/air.hdr.gz': 'NOT_NIFTI',
  'nifti-reader-js/air2.hdr.gz': 'NOT_NIFTI',
  'nifti-reader-js/not-nifti.nii': 'NOT_NIFTI',
};

test('every NIfTI file at hand is expected here', { skip }, () => {
  const found = globSync('**/*.{nii,nii.gz,hdr,hdr.gz}', { cwd: sharedFile('nifti') });
  assert.deepEqual(new Set(found), new Set([...valid, ...Object.keys(refused)]));
});

test(
  'every valid file decodes to the values, place and orientation that nibabel finds',
  { skip },
  async (t) => {
    const references = await pythonReference(valid.map((path) => ({ image: sharedFile(`nifti/${path}`) })));
    for (const [n, path] of valid.entries()) {
      await t.test(path, () => {
        const { values, affine, axcodes } = references[n]!;
        const volume = decodeNifti(readFileSync(sharedFile(`nifti/${path}`)), limits);
        assert.equal(volume.orientation, axcodes);
        assertNear(volume.affine, affine, 1e-6);
        const decoded = Float64Array.from(volume.data, (stored) => volume.slope * stored + volume.intercept);
        assertNear(decoded, values, 1e-9 * Math.max(1, ...[volume.slope, volume.intercept].map(Math.abs)));
      });
    }
  },
);

for (const [path, code] of Object.entries(refused)) {
  test(`${path} is refused with ${code}`, { skip }, () => {
    const file = readFileSync(sharedFile(`nifti/${path}`));
    assert.throws(() => decodeNifti(file, limits), { codeName: code });
  });
}

/** NaN equals NaN. */
function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let n = 0; n < actual.length; n++) {
    const isNear = Object.is(actual[n], expected[n]) || Math.abs(actual[n]! - expected[n]!) <= tolerance;
    if (!isNear) assert.fail(`value ${n} is ${actual[n]} instead of ${expected[n]}`);
  }
}
