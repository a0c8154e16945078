import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { transform } from '../../geometry/affine.ts';
import { cross, scaled, sum, unit } from '../../geometry/vector.ts';
import { buildSeries, seriesOfImages, type SeriesSpec, shuffled } from '../../testing/dicom-images.ts';
import { seededRandom } from '../../testing/random.ts';
import type { Triple } from '../../volume.ts';
import { assertUsable } from './assert-usable.ts';
import { stackOf } from './stack-of.ts';

describe('geometry', () => {
  test('an axial series', () => {
    const { geometry, slices, findings } = stackOf(buildSeries());
    assert.deepEqual(geometry, {
      dims: [4, 3, 6],
      affine: [-1.5, 0, 0, 100, 0, -1.5, 0, 80, 0, 0, 5, 40, 0, 0, 0, 1],
      spacing: [1.5, 1.5, 5],
      affineSource: 'dicom',
      orientation: 'LPS',
    });
    assert.deepEqual(slices.map(({ instance }) => instance.instanceNumber), [1, 2, 3, 4, 5, 6]); // prettier-ignore
    assert.deepEqual(findings, []);
  });

  test('slices that come from head to feet, or in any order, give the same stack', () => {
    const series = buildSeries({ slices: 40 });
    const expected = stackOf(series);
    const reversed = seriesOfImages(series.images.toReversed());
    const mixed = seriesOfImages(shuffled(series.images, seededRandom(3)));
    for (const other of [reversed, mixed]) {
      const { geometry, slices } = stackOf(other);
      assert.deepEqual(geometry, expected.geometry);
      assert.deepEqual(slices, expected.slices);
    }
  });

  test('instance numbers play no part', () => {
    const numbers = [5, 3, 6, 1, 1, 2];
    const series = buildSeries({ image: (n) => ({ instance: { instanceNumber: numbers[n]! } }) });
    assert.deepEqual(stackOf(series).slices, series.images);
  });

  test('random planes: every pixel lies where PS3.3, C.7.6.2.1.1 says', () => {
    const random = seededRandom(20_26);
    for (let run = 0; run < 50; run++) {
      const { row, column, normal } = randomDirections(random);
      const [rowSpacing, columnSpacing, step] = [0.3 + random(), 0.3 + random(), 0.5 + 6 * random()];
      const corner: Triple = [300 * (random() - 0.5), 300 * (random() - 0.5), 1500 * (random() - 0.5)];
      const count = 3 + Math.floor(30 * random());
      // Against the normal in every other run: files may come either way.
      const direction = scaled(normal, run % 2 === 0 ? step : -step);
      const series = buildSeries({
        positions: Array.from({ length: count }, (_, n) => sum(corner, scaled(direction, n))),
        frame: { orientation: [...row, ...column], pixelSpacingMm: [rowSpacing, columnSpacing] },
      });
      const { geometry, slices } = stackOf(seriesOfImages(shuffled(series.images, random)));
      assert.deepEqual(geometry!.dims, [4, 3, count]);
      for (const [k, { frame }] of slices.entries()) {
        for (const [i, j] of [
          [0, 0],
          [3, 0],
          [0, 2],
          [3, 2],
        ] as const) {
          // prettier-ignore
          const position = frame.positionMm as readonly number[] as Triple;
          const [x, y, z] = sum(
            position,
            sum(scaled(row, i * columnSpacing), scaled(column, j * rowSpacing)),
          );
          assertNear(transform(geometry!.affine, [i, j, k]), [-x, -y, z], 1e-9);
        }
      }
    }
  });

  test('columns and rows are not confused', () => {
    const { geometry } = stackOf(
      buildSeries({ frame: { pixelSpacingMm: [2, 0.5] }, pixels: { rows: 7, columns: 5 } }),
    );
    assert.deepEqual(geometry!.dims, [5, 7, 6]);
    assert.deepEqual(geometry!.spacing, [0.5, 2, 5]);
  });

  test('frames of one instance are slices like any other', () => {
    const series = buildSeries({ slices: 1 });
    const [{ instance, frame }] = series.images as [(typeof series.images)[0]];
    instance.frames = [30, 10, 20].map((z) => ({ ...frame, positionMm: [0, 0, z] }));
    const images = instance.frames.map((own, index) => ({ instance, index, frame: own }));
    const { slices, geometry } = stackOf(seriesOfImages(images));
    assert.deepEqual(slices.map(({ index }) => index), [1, 2, 0]); // prettier-ignore
    assert.equal(geometry!.spacing[2], 10);
  });

  test('rounded positions are no fault', () => {
    const { normal, row, column } = randomDirections(seededRandom(5));
    const positions = Array.from({ length: 30 }, (_, n) => scaled(normal, 3.3 * n).map(toHundredths));
    const { findings } = stackOf(buildSeries({ positions, frame: { orientation: [...row, ...column] } }));
    assert.deepEqual(codesOf(findings), ['OBLIQUE_ACQUISITION']);
  });
});

describe('what prevents a volume', () => {
  const refused: readonly [string, SeriesSpec, string, RegExp, number][] = [
    [
      'no position',
      { image: (n) => (n < 2 ? { frame: { positionMm: [] } } : {}) },
      'MISSING_GEOMETRY',
      /\(2 of 6\)/,
      2,
    ],
    ['no orientation', { frame: { orientation: [] } }, 'MISSING_GEOMETRY', /\(6 of 6\)/, 6],
    ['no spacing', { frame: { pixelSpacingMm: [] } }, 'MISSING_GEOMETRY', /Pixel Spacing/, 6],
    [
      'a position that is no number',
      { frame: { positionMm: [0, Number.NaN, 0] } },
      'INVALID_ATTRIBUTE',
      /impossible/,
      6,
    ],
    [
      'a row that is nothing',
      { frame: { orientation: [0, 0, 0, 0, 1, 0] } },
      'INVALID_ATTRIBUTE',
      /impossible/,
      6,
    ],
    [
      'a row along the column',
      { frame: { orientation: [1, 0, 0, 1, 0, 0] } },
      'INVALID_ATTRIBUTE',
      /impossible/,
      6,
    ],
    ['a spacing of 0', { frame: { pixelSpacingMm: [0, 1] } }, 'INVALID_SPACING', /Pixel Spacing/, 6],
    [
      'a spacing that is no number',
      { frame: { pixelSpacingMm: [1, Number.NaN] } },
      'INVALID_SPACING',
      /Pixel Spacing/,
      6,
    ],
    [
      'colour',
      { pixels: { photometricInterpretation: 'RGB', samplesPerPixel: 3 } },
      'UNSUPPORTED_PIXELS',
      /shades/,
      6,
    ],
    [
      'images across each other',
      { image: (n) => (n === 4 ? { frame: { orientation: [0, 1, 0, 0, 0, -1] } } : {}) },
      'MIXED_ORIENTATIONS',
      /1 of 6/,
      1,
    ],
    [
      'images of two sizes',
      { image: (n) => ({ instance: { pixels: grey(3, n < 3 ? 4 : 5) } }) },
      'MIXED_GRIDS',
      /3 of 6/,
      3,
    ],
    [
      'two pixel spacings',
      { image: (n) => (n === 1 ? { frame: { pixelSpacingMm: [1.5, 1.6] } } : {}) },
      'MIXED_GRIDS',
      /1 of 6/,
      1,
    ],
    [
      'two pixel formats',
      { image: (n) => ({ instance: { pixels: grey(3, 4, n > 4) } }) },
      'MIXED_GRIDS',
      /1 of 6/,
      1,
    ],
    [
      'two images at one place',
      { positions: axial([0, 5, 10, 10, 15]) },
      'DUPLICATE_SLICES',
      /places 4, images 5/,
      1,
    ],
    [
      'all images at one place',
      { positions: axial([7, 7, 7, 7]) },
      'DUPLICATE_SLICES',
      /places 1, images 4/,
      3,
    ],
    [
      'a slice that is missing',
      { positions: axial([0, 5, 10, 20, 25]) },
      'SLICE_GAP',
      /slices 3 and 4 of 5 \(instance 3 and instance 4\) lie 10\.00 mm apart instead of 5\.00 mm\.$/,
      10,
    ],
    [
      'two that are missing',
      { positions: axial([0, 10, 15, 30, 35]) },
      'SLICE_GAP',
      /15\.00 mm apart .* 2 distances in all/,
      15,
    ],
    [
      'one of three that is missing',
      { positions: axial([0, 5, 15]) },
      'SLICE_GAP',
      /slices 2 and 3 of 3/,
      10,
    ],
    [
      'distances that grow',
      { positions: axial(Array.from({ length: 60 }, (_, n) => (n < 30 ? 4 * n : 116 + 4.19 * (n - 29)))) },
      'SLICE_GAP',
      /unevenly: slice 30 of 60/,
      2.8,
    ],
    [
      'a gantry that was tilted',
      {
        positions: axial([0, 5, 10, 15]),
        frame: { orientation: [1, 0, 0, 0, Math.cos(0.1), Math.sin(-0.1)] },
      },
      'TILTED_SLICES',
      /leans by 5\.7°/,
      5.73,
    ],
    ['a slice beside the others', { positions: [[0, 0, 0], [0, 0, 5], [0, 3, 10], [0, 0, 15]] }, 'TILTED_SLICES', /3\.00 mm beside/, 3], // prettier-ignore
    ['one slice', { slices: 1 }, 'TOO_FEW_SLICES', /has 1 slice: .* at least 3/, 1],
  ];
  for (const [name, spec, code, message, value] of refused) {
    test(`${name}: ${code}`, () => {
      const { geometry, slices, findings } = stackOf(buildSeries(spec));
      assert.equal(geometry, undefined);
      assert.deepEqual(slices, []);
      assert.equal(findings[0]!.code, code);
      assert.equal(findings[0]!.severity, 'SEVERE');
      assert.match(findings[0]!.message, message);
      assertNear([findings[0]!.value!], [value], 0.05);
      assert.throws(() => assertUsable(findings), { codeName: code });
    });
  }

  test('two slices can be converted, but not staged', () => {
    const { geometry, slices, findings } = stackOf(buildSeries({ slices: 2 }));
    assert.deepEqual(geometry!.dims, [4, 3, 2]);
    assert.equal(slices.length, 2);
    assert.throws(() => assertUsable(findings), {
      codeName: 'TOO_FEW_SLICES',
      message: /^the series has 2 slices: a volume needs at least 3; send another series/,
    });
  });

  test('a gap in a tilted stack: both are said, the gap first', () => {
    const { findings } = stackOf(
      buildSeries({ positions: axial([0, 5, 10, 20]), frame: { orientation: [1, 0, 0, 0, 0.96, -0.28] } }),
    );
    assert.deepEqual(codesOf(findings), ['SLICE_GAP', 'TILTED_SLICES']);
  });

  test('a frame of a multi-frame object is called by its number', () => {
    const series = buildSeries({ slices: 1 });
    const [{ instance, frame }] = series.images as [(typeof series.images)[0]];
    instance.frames = [0, 10, 20, 40].map((z) => ({ ...frame, positionMm: [0, 0, z] }));
    const images = instance.frames.map((own, index) => ({ instance, index, frame: own }));
    assert.match(stackOf(seriesOfImages(images)).findings[0]!.message, /\(frame 3 and frame 4\)/);
  });
});

describe('what a reader should know', () => {
  const noted: readonly [string, SeriesSpec, string, number][] = [
    [
      'a stated spacing that is wrong',
      { frame: { spacingBetweenSlicesMm: 4 } },
      'SPACING_CONTRADICTION',
      0.2,
    ],
    ['slices thicker than their distance', { frame: { sliceThicknessMm: 8 } }, 'SLICE_OVERLAP', 3],
    ['slices far apart', { positions: axial([0, 12, 24, 36]) }, 'COARSE_SLICES', 12],
    ['text in the pixels', { instance: { burnedInAnnotation: true } }, 'BURNED_IN_ANNOTATION', 6],
    ['overlays', { image: (n) => ({ instance: { overlay: n < 4 } }) }, 'OVERLAY_REMOVED', 4],
    ['no meta headers', { instance: { missingMetaHeader: true } }, 'MISSING_META_HEADER', 6],
    ['lossy JPEG', { instance: { transferSyntaxUid: '1.2.840.10008.1.2.4.51' } }, 'LOSSY_COMPRESSION', 6],
  ];
  for (const [name, spec, code, value] of noted) {
    test(`${name}: ${code}`, () => {
      const { geometry, findings } = stackOf(buildSeries(spec));
      assert.notEqual(geometry, undefined);
      assert.deepEqual(codesOf(findings), [code]);
      assertNear([findings[0]!.value!], [value], 1e-9);
      assertUsable(findings);
    });
  }

  test('spacings and thicknesses that agree are no news, with either sign', () => {
    for (const stated of [5, -5, 5.02]) {
      const frame = { spacingBetweenSlicesMm: stated, sliceThicknessMm: 4 };
      assert.deepEqual(stackOf(buildSeries({ frame })).findings, []);
    }
  });
});

/** Positions of axial slices. */
function axial(places: readonly number[]): number[][] {
  return places.map((z) => [0, 0, z]);
}

function toHundredths(mm: number): number {
  return Math.round(mm * 100) / 100;
}

function grey(rows: number, columns: number, signed = false) {
  const photometricInterpretation = 'MONOCHROME2';
  return {
    rows,
    columns,
    samplesPerPixel: 1,
    photometricInterpretation,
    bitsAllocated: 16,
    bitsStored: 16,
    signed,
  };
}

function randomDirections(random: () => number): { row: Triple; column: Triple; normal: Triple } {
  const any = (): Triple => [random() - 0.5, random() - 0.5, random() - 0.5];
  const row = unit(any());
  const normal = unit(cross(row, any()));
  return { row, column: cross(normal, row), normal };
}

function codesOf(findings: readonly { code: string }[]): string[] {
  return findings.map(({ code }) => code);
}

function assertNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  for (const [n, value] of actual.entries()) {
    assert.ok(Math.abs(value - expected[n]!) <= tolerance, `${actual.join()} is not ${expected.join()}`);
  }
}
