import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeNifti } from './nifti/decode.ts';
import { maskBits, shareMarked } from './mask-bits.ts';
import { testLimits } from './testing/limits.ts';
import { buildNifti } from './testing/nifti-builder.ts';

test('a bit is set where the scaled value is above 0, and there alone', () => {
  const stored = [0, 1, 2, 3, 200];
  const file = buildNifti({
    datatype: 'float64',
    dims: [5, 3, 3],
    voxel: (i) => stored[i]!,
    header: { sclSlope: [0.5], sclInter: [-1] },
  });
  const bits = maskBits(decodeNifti(file, testLimits, 'mask'));
  assert.equal(bits.length, 6);
  const marked = Array.from({ length: 45 }, (_, voxel) => (bits[voxel >> 3]! >> (voxel & 7)) & 1);
  assert.deepEqual(marked, Array.from({ length: 9 }, () => [0, 0, 0, 1, 1]).flat());
});

test('the share is of the sum of values, and there is none of nothing', () => {
  const bits = Uint8Array.of(0b0000_0101, 0b10);
  assert.equal(shareMarked(Float32Array.of(1, 1, 1, 0, 0, 0, 0, 0, 0, 5), bits), 7 / 8);
  assert.equal(shareMarked(new Float32Array(10), bits), undefined);
});
