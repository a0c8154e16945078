import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarizeIntensity } from './intensity-summary.ts';
import { decodeNifti } from './nifti/decode.ts';
import { testLimits } from './testing/limits.ts';
import { buildNifti } from './testing/nifti-builder.ts';

test('finite voxels are summed up, the others counted', () => {
  const header = { sclSlope: [2], sclInter: [10] };
  const summary = summarizeIntensity(
    decodeNifti(buildNifti({ dims: [5, 5, 3], voxel: countThenHoles, header }), testLimits),
  );
  const { percentiles, ...rest } = summary;
  assert.deepEqual(rest, { min: 10, max: 58, mean: 34, nonFinite: 50 });
  const rounded = Object.entries(percentiles).map(([percent, value]) => [percent, value.toFixed(2)]);
  assert.deepEqual(Object.fromEntries(rounded), {
    1: '10.48',
    5: '12.40',
    25: '22.00',
    50: '34.00',
    75: '46.00',
    95: '55.60',
    99: '57.52',
  });
});

function countThenHoles(i: number, j: number, k: number): number {
  return [i + 5 * j, NaN, Infinity][k]!;
}
