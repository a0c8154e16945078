import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildNifti, extension, type NiftiSpec } from '../testing/nifti-builder.ts';
import { testLimits } from '../testing/limits.ts';
import { decodeNifti } from './decode.ts';
import { NiftiInspector } from './inspector.ts';

const accepted: Readonly<Record<string, NiftiSpec>> = {
  'a plain image': {},
  'big-endian NIfTI-2 of int64': { version: 2, littleEndian: false, datatype: 'int64' },
  'an image with extensions': { extensions: extension(64, 6), datatype: 'int16' },
  'contrast in the last voxel only': { datatype: 'int16', voxel: (i, j, k) => Number(i + j + k === 9) },
  'contrast among NaN': { voxel: (i, _j, k) => (k < 3 ? NaN : i) },
};

for (const [name, spec] of Object.entries(accepted)) {
  for (const chunkBytes of [1, 3, 351, 4096]) {
    test(`${name} is accepted in chunks of ${chunkBytes} bytes, with the decoder’s geometry`, () => {
      const file = buildNifti(spec);
      const inspector = new NiftiInspector(testLimits);
      for (let at = 0; at < file.length; at += chunkBytes) {
        inspector.write(file.subarray(at, at + chunkBytes));
      }
      inspector.end();
      const { dims, spacing, affine, affineSource, orientation } = decodeNifti(file, testLimits);
      assert.deepEqual(inspector.header, { dims, spacing, affine, affineSource, orientation });
    });
  }
}

test('the geometry is known before the voxels come', () => {
  const inspector = new NiftiInspector(testLimits);
  const dimsAfter = (bytes: Uint8Array) => {
    inspector.write(bytes);
    return inspector.header?.dims;
  };
  const file = buildNifti();
  assert.equal(dimsAfter(file.subarray(0, 347)), undefined);
  assert.deepEqual(dimsAfter(file.subarray(347, 352)), [4, 4, 4]);
});

test('the caller may reuse its chunk', () => {
  const file = buildNifti({ datatype: 'int16' });
  const inspector = new NiftiInspector(testLimits);
  const chunk = Buffer.alloc(5);
  for (let at = 0; at < file.length; at += 5) {
    const bytes = file.subarray(at, at + 5);
    chunk.set(bytes);
    inspector.write(chunk.subarray(0, bytes.length));
    chunk.fill(0xee);
  }
  inspector.end();
  assert.deepEqual(inspector.header?.dims, [4, 4, 4]);
});

test('a mask of a single marked voxel is accepted', () => {
  const inspector = new NiftiInspector(testLimits, 'mask');
  inspector.write(buildNifti({ datatype: 'uint8', voxel: (i, j, k) => Number(i + j + k === 9) }));
  inspector.end();
  assert.deepEqual(inspector.header?.dims, [4, 4, 4]);
});
