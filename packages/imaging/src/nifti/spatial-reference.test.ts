import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { transform } from '../geometry/affine.ts';
import { buildNifti, type NiftiSpec } from '../testing/nifti-builder.ts';
import { testLimits } from '../testing/limits.ts';
import type { Volume } from '../volume.ts';
import { decodeNifti } from './decode.ts';

const sform = [-2, 0, 0, 90, 0, 0, 4, -80, 0, 3, 0, -70];
const halfTurn = Math.SQRT1_2;

describe('where the affine comes from', () => {
  test('an sform ranks before a qform', () => {
    const volume = decode({ sformCode: [1], srow: sform, qformCode: [1], qoffset: [1, 2, 3] });
    assert.equal(volume.affineSource, 'sform');
    assert.deepEqual(volume.affine, [...sform, 0, 0, 0, 1]);
    assert.deepEqual(volume.spacing, [2, 3, 4]);
    assert.equal(volume.orientation, 'LSA');
  });

  test('a qform without an sform counts', () => {
    const volume = decode({
      srow: sform,
      qformCode: [2],
      pixdim: [1, 2, 3, 4, 0, 0, 0, 0],
      qoffset: [5, 6, 7],
    });
    assert.equal(volume.affineSource, 'qform');
    assert.deepEqual(volume.affine, [2, 0, 0, 5, 0, 3, 0, 6, 0, 0, 4, 7, 0, 0, 0, 1]);
  });

  test('without both, pixdim counts, and a finding says so', () => {
    const volume = decode({ pixdim: [0, 2, 3, 4, 0, 0, 0, 0] });
    assert.equal(volume.affineSource, 'none');
    assert.deepEqual(volume.affine, [2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1]);
    assert.deepEqual(volume.findings.map(({ code }) => code), ['NO_SPATIAL_REFERENCE']); // prettier-ignore
  });
});

describe('the quaternion', () => {
  test('a quarter turn about x carries j to z', () => {
    const volume = decode({ qformCode: [1], quatern: [halfTurn, 0, 0] });
    assertNear(transform(volume.affine, [0, 1, 0]), [0, 0, 1]);
    assertNear(transform(volume.affine, [0, 0, 1]), [0, -1, 0]);
  });

  test('a negative pixdim[0] flips k', () => {
    const volume = decode({ qformCode: [1], pixdim: [-1, 1, 1, 5, 0, 0, 0, 0] });
    assert.deepEqual(transform(volume.affine, [0, 0, 1]), [0, 0, -5]);
    assert.equal(volume.orientation, 'RAI');
  });

  test('a length just above 1 is rounding', () => {
    const volume = decode({ qformCode: [1], quatern: [0, 0, 1.000_001] });
    assertNear(transform(volume.affine, [1, 1, 1]), [-1, -1, 1]);
  });
});

describe('units', () => {
  for (const [unit, spacing] of [
    [1, 0.002],
    [2, 2],
    [3, 2000],
    [0, 2],
    [10, 2],
  ] as const) {
    test(`xyzt_units ${unit} makes millimetres of ${spacing}`, () => {
      const volume = decode({ units: [unit], pixdim: [1, spacing, spacing, spacing, 0, 0, 0, 0] });
      assertNear(volume.spacing, [2, 2, 2]);
    });
  }
});

describe('findings', () => {
  test('a tilt is measured', () => {
    const [c, s] = [Math.cos(0.2), Math.sin(0.2)];
    const found = decode({ sformCode: [1], srow: [1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0] }).findings;
    assert.equal(found.length, 1);
    assert.equal(found[0]!.code, 'OBLIQUE_ACQUISITION');
    assertNear([found[0]!.value!], [(0.2 * 180) / Math.PI]);
  });

  test('coarse slices are measured', () => {
    const { findings } = decode({ qformCode: [1], pixdim: [1, 1, 1, 12, 0, 0, 0, 0] });
    assert.deepEqual(findings.map(({ code, value }) => [code, value]), [['COARSE_SLICES', 12]]); // prettier-ignore
  });

  test('a pixdim that contradicts the sform is noticed', () => {
    const { findings } = decode({ sformCode: [1], srow: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0] });
    assert.deepEqual(findings.map(({ code, value }) => [code, value]), [['SPACING_CONTRADICTION', 0.5]]); // prettier-ignore
  });
});

function decode(header: NonNullable<NiftiSpec['header']>): Volume {
  return decodeNifti(buildNifti({ header }), testLimits);
}

function assertNear(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [n, value] of actual.entries()) {
    assert.ok(Math.abs(value - expected[n]!) < 1e-5, `${actual.join()} is not ${expected.join()}`);
  }
}
