import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../testing/random.ts';
import { symmetricEigenvalues } from './symmetric-eigenvalues.ts';

test('they have the trace, the determinant and the square sum of their matrix', () => {
  const random = seededRandom(5);
  for (let n = 0; n < 100; n++) {
    const [a, b, c, d, e, f] = Array.from({ length: 6 }, () => 20 * random() - 10) as Six;
    const [x, y, z] = symmetricEigenvalues({ diagonal: [a, b, c], others: [d, e, f] });
    assert.ok(x >= y && y >= z);
    assertNear(x + y + z, a + b + c);
    assertNear(x * x + y * y + z * z, a * a + b * b + c * c + 2 * (d * d + e * e + f * f));
    assertNear(x * y * z, a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e));
  }
});

type Six = [number, number, number, number, number, number];

test('of a diagonal matrix they are its diagonal', () => {
  const others = [0, 0, 0] as const;
  assert.deepEqual(symmetricEigenvalues({ diagonal: [2, 2, 2], others }), [2, 2, 2]);
  const [x, y, z] = symmetricEigenvalues({ diagonal: [1, 9, 4], others });
  assertNear(x, 9);
  assertNear(y, 4);
  assertNear(z, 1);
});

function assertNear(actual: number, expected: number): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
}
