import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testLimits } from '../testing/limits.ts';
import type { Volume, VoxelArray } from '../volume.ts';
import { decodeNifti } from './decode.ts';
import { encodeVolume } from './encode-volume.ts';

const affine = [-1.5, 0, 0, 90, 0, -1.5, 0, 120, 0, 0, 3, -40, 0, 0, 0, 1];
const kinds: readonly ((values: readonly number[]) => VoxelArray)[] = [
  (values) => Int8Array.from(values),
  (values) => Uint8Array.from(values),
  (values) => Int16Array.from(values),
  (values) => Uint16Array.from(values),
  (values) => Int32Array.from(values),
  (values) => Uint32Array.from(values),
  (values) => Float32Array.from(values),
  (values) => Float64Array.from(values),
];

for (const make of kinds) {
  const data = make(Array.from({ length: 27 }, (_, n) => n));
  test(`a volume of ${data.constructor.name} reads back as it was written`, () => {
    const volume: Volume = {
      data,
      dims: [3, 3, 3],
      affine,
      spacing: [1.5, 1.5, 3],
      affineSource: 'dicom',
      orientation: 'LPS',
      slope: 2,
      intercept: -7,
      encoding: { format: 'DICOM', datatype: 'test', byteOrder: 'little', gzip: false },
      findings: [],
    };
    const read = decodeNifti(encodeVolume(volume), testLimits);
    assert.deepEqual(read.data, data);
    assert.deepEqual(
      { dims: read.dims, affine: read.affine, slope: read.slope, intercept: read.intercept },
      { dims: volume.dims, affine, slope: 2, intercept: -7 },
    );
  });
}
