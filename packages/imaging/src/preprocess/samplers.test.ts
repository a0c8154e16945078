import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Triple } from '../volume.ts';
import { acquire, centredAffine } from '../testing/scene.ts';
import { seededRandom } from '../testing/random.ts';
import { alignedAxes } from './aligned-axes.ts';
import { alignedSampler } from './aligned-sampler.ts';
import type { Field } from './field.ts';
import { obliqueSampler } from './oblique-sampler.ts';
import { nativePlanesOf } from './planes.ts';

const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] as const; // prettier-ignore
const scale = { lower: 10, upper: 80, mean: 40, std: 20 };
/** Larger than the volume on some sides, smaller on others, and not all of it kept. */
const field: Field = {
  xMm: 14.2,
  yMm: 9.7,
  spacingMm: 1.9,
  height: 14,
  width: 16,
  rows: { from: 1, to: 13 },
  columns: { from: 0, to: 15 },
};

for (const order of orders) {
  describe(`voxel axes along world axes ${order.join(', ')}`, () => {
    for (let flips = 0; flips < 8; flips++) {
      for (const perSide of [1, 2, 3]) {
        test(`flips ${flips}, ${perSide}×${perSide} samples: both samplers agree`, () => {
          const volume = noise(order, flips);
          const planes = nativePlanesOf(volume);
          const sampling = { volume, planes, field, perSide, scale };
          const aligned = alignedSampler(sampling, alignedAxes(volume)!);
          const oblique = obliqueSampler(sampling);
          for (const plane of planes.zMm.keys()) {
            const [a, b] = [blank(), blank()];
            aligned(plane, a);
            oblique(plane, b);
            for (const [n, value] of a.entries()) {
              assert.ok(
                Math.abs(value - b[n]!) < 1e-5,
                `plane ${plane}, pixel ${n}: ${value} is not ${b[n]}`,
              );
            }
          }
        });
      }
    }
  });
}

test('a grid that is tilted by a hundredth of a voxel is not aligned', () => {
  const affine = [1, 0, 0, 0, 0, 1, 0.002, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  assert.equal(alignedAxes({ dims: [10, 10, 10], affine }), undefined);
});

/** Padding, which a sampler leaves where nothing is kept or nothing is there. */
function blank(): Float32Array {
  return new Float32Array(field.height * field.width).fill((scale.lower - scale.mean) / scale.std);
}

/** Random voxels, a few of them not finite, on an anisotropic grid. */
function noise(order: Triple, flips: number) {
  const spacing = [1.3, 1.7, 4];
  const column = (axis: number): Triple => {
    const sign = (flips >> axis) & 1 ? -1 : 1;
    return [0, 1, 2].map((row) => (row === order[axis] ? sign * spacing[axis]! : 0)) as unknown as Triple;
  };
  const dims = [15, 13, 7] as const;
  const random = seededRandom(flips);
  const value = () =>
    random() < 0.02 ? [NaN, Infinity, -Infinity][Math.floor(random() * 3)]! : 100 * random();
  return acquire(value, dims, centredAffine(dims, [column(0), column(1), column(2)]));
}
