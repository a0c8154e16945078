import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../testing/random.ts';
import { diameters } from './diameters.ts';
import type { LabelledBox } from './labelled-box.ts';

const spacing = [0.7, 1.3, 3] as const;

/** Each inner voxel is marked with this probability; one always is. */
function randomBox(seed: number, share: number): LabelledBox {
  const random = seededRandom(seed);
  const dims = [9, 7, 6] as const;
  const cells = new Uint8Array(dims[0] * dims[1] * dims[2]);
  for (let k = 1; k < dims[2] - 1; k++) {
    for (let j = 1; j < dims[1] - 1; j++) {
      for (let i = 1; i < dims[0] - 1; i++) {
        const isMiddle = i === 4 && j === 3 && k === 3;
        cells[(k * dims[1] + j) * dims[0] + i] = Number(isMiddle || random() < share);
      }
    }
  }
  return { dims, cells, origin: [0, 0, 0] };
}

/** The definition: every vertex against every other. */
function byDefinition({ dims, cells }: LabelledBox) {
  const at = (i: number, j: number, k: number) => cells[(k * dims[1] + j) * dims[0] + i];
  const vertices: [number, number, number][] = [];
  for (let k = 0; k < dims[2] - 1; k++) {
    for (let j = 0; j < dims[1] - 1; j++) {
      for (let i = 0; i < dims[0] - 1; i++) {
        if (at(i, j, k) !== at(i + 1, j, k)) vertices.push([i + 0.5, j, k]);
        if (at(i, j, k) !== at(i, j + 1, k)) vertices.push([i, j + 0.5, k]);
        if (at(i, j, k) !== at(i, j, k + 1)) vertices.push([i, j, k + 0.5]);
      }
    }
  }
  let overall = 0;
  const within = [0, 0, 0];
  for (const one of vertices) {
    for (const other of vertices) {
      const distance = Math.hypot(...one.map((value, axis) => (value - other[axis]!) * spacing[axis]!));
      overall = Math.max(overall, distance);
      for (const axis of [0, 1, 2]) {
        if (one[axis] === other[axis]) within[axis] = Math.max(within[axis]!, distance);
      }
    }
  }
  return { overall, within };
}

for (const share of [0, 0.02, 0.1, 0.5, 1]) {
  test(`with ${share} of the voxels marked, they are those of all pairs of vertices`, () => {
    for (let seed = 0; seed < 8; seed++) {
      const found = diameters(randomBox(seed, share), spacing);
      const expected = byDefinition(randomBox(seed, share));
      for (const [n, value] of [found.overall, ...found.within].entries()) {
        assert.ok(Math.abs(value - [expected.overall, ...expected.within][n]!) < 1e-9, `seed ${seed}, ${n}`);
      }
    }
  });
}
