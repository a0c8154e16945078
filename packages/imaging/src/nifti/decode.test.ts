import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildNifti, extension, type NiftiSpec } from '../testing/nifti-builder.ts';
import { testLimits } from '../testing/limits.ts';
import type { Volume } from '../volume.ts';
import { decodeNifti } from './decode.ts';

const versions = [1, 2] as const;
const byteOrders = [true, false] as const;
/** Values that a wrong width, sign or byte order would change. */
const telltales: Readonly<Record<string, readonly number[]>> = {
  uint8: [0, 1, 127, 128, 255],
  int8: [0, 1, 127, -128, -1],
  uint16: [0, 1, 258, 32_768, 65_535],
  int16: [0, 1, 258, -32_768, -2],
  uint32: [0, 1, 66_051, 2 ** 31, 2 ** 32 - 1],
  int32: [0, 1, 66_051, -(2 ** 31), -2],
  float32: [0, 1, -1.5, 2 ** 100, 2 ** -100],
  float64: [0, 1, -Math.PI, 1e300, 1e-300],
  uint64: [0, 1, 66_051, 2 ** 53, 2 ** 63],
  int64: [0, 1, 66_051, -(2 ** 53), -2],
};

for (const [datatype, values] of Object.entries(telltales)) {
  const voxel = (i: number, j: number, k: number): number => values[(i + 5 * j + k) % values.length]!;
  for (const version of versions) {
    for (const littleEndian of byteOrders) {
      const order = littleEndian ? 'little' : 'big';
      test(`${datatype} in ${order}-endian NIfTI-${version} keeps its values`, () => {
        const file = buildNifti({ datatype, version, littleEndian, dims: [5, 3, 4], voxel });
        const before = new Uint8Array(file);
        for (const bytes of [file, gzipSync(file), misaligned(file)]) {
          const volume = decodeNifti(bytes, testLimits);
          assert.deepEqual(valuesOf(volume), expected([5, 3, 4], voxel));
          assert.equal(volume.encoding.datatype, datatype);
          assert.equal(volume.encoding.byteOrder, order);
          assert.equal(volume.encoding.format, `NIfTI-${version}`);
        }
        assert.deepEqual(file, before, 'the caller’s bytes are untouched');
      });
    }
  }
}

test('aligned voxels in the machine’s byte order are not copied', () => {
  const file = buildNifti({ datatype: 'int16' });
  assert.equal(decodeNifti(file, testLimits).data.buffer, file.buffer);
});

test('a decoded gzip owns its memory, so that it can go to another thread', () => {
  const { data } = decodeNifti(gzipSync(buildNifti()), testLimits);
  const moved = structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
  assert.equal(moved[63], 63);
  assert.equal(data.length, 0);
});

test('a volume survives a structured clone', () => {
  const volume = decodeNifti(buildNifti(), testLimits);
  assert.deepEqual(structuredClone(volume), volume);
});

describe('scl_slope and scl_inter', () => {
  const cases: readonly [slope: number, intercept: number, effective: [number, number]][] = [
    [2, -1, [2, -1]],
    [-0.5, 0, [-0.5, 0]],
    [0, 7, [1, 0]],
    [NaN, 7, [1, 0]],
    [Infinity, 7, [1, 0]],
  ];
  for (const [slope, intercept, effective] of cases) {
    test(`${slope} and ${intercept} scale by ${effective.join(' and ')}`, () => {
      const volume = decode({ header: { sclSlope: [slope], sclInter: [intercept] } });
      assert.deepEqual([volume.slope, volume.intercept], effective);
    });
  }
});

describe('dimensions', () => {
  test('trailing dimensions of 1 are one volume', () => {
    for (const count of [4, 5, 6, 7]) {
      assert.deepEqual(decode({ header: { dim: [count, 4, 4, 4, 1, 1, 1, 1] } }).dims, [4, 4, 4]);
    }
  });

  test('dimensions beyond dim[0] do not count', () => {
    assert.deepEqual(decode({ header: { dim: [3, 4, 4, 4, 0, 9, -1, 0] } }).dims, [4, 4, 4]);
  });
});

describe('header extensions', () => {
  for (const version of versions) {
    test(`NIfTI-${version} voxels begin after them`, () => {
      const extensions = Buffer.concat([extension(16, 4), extension(48, 6)]);
      assert.deepEqual(valuesOf(decode({ version, extensions })), expected([4, 4, 4]));
    });
  }

  test('a gap without announced extensions is skipped', () => {
    const file = buildNifti({ extensions: Buffer.alloc(48, 0xff) });
    file[348] = 0;
    assert.deepEqual(valuesOf(decodeNifti(file, testLimits)), expected([4, 4, 4]));
  });
});

test('a few bytes after the last voxel are padding', () => {
  const padded = Buffer.concat([buildNifti(), Buffer.alloc(512)]);
  assert.deepEqual(valuesOf(decodeNifti(padded, testLimits)), expected([4, 4, 4]));
});

test('non-finite voxels are counted', () => {
  const { findings } = decode({ voxel: (i, j) => [NaN, Infinity, j, 1][i]! });
  assert.deepEqual(
    findings.filter(({ code }) => code === 'NON_FINITE_VOXELS').map(({ value }) => value),
    [32],
  );
});

test('a mask may be constant', () => {
  const mask = decodeNifti(buildNifti({ datatype: 'uint8', voxel: () => 1 }), testLimits, 'mask');
  assert.equal(mask.data[0], 1);
});

function decode(spec: NiftiSpec): Volume {
  return decodeNifti(buildNifti(spec), testLimits);
}

function valuesOf({ data, slope, intercept }: Volume): number[] {
  return Array.from(data, (stored) => slope * stored + intercept);
}

function expected(
  [ni, nj, nk]: [number, number, number],
  voxel = (i: number, j: number, k: number) => i + ni * (j + nj * k),
): number[] {
  return Array.from({ length: ni * nj * nk }, (_, n) =>
    voxel(n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj))),
  );
}

/** The same bytes at an odd address. */
function misaligned(file: Uint8Array): Uint8Array {
  const shifted = new Uint8Array(file.length + 1).subarray(1);
  shifted.set(file);
  return shifted;
}
