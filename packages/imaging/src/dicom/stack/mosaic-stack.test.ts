import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSeries, type SeriesSpec } from '../../testing/dicom-images.ts';
import { assertUsable } from './assert-usable.ts';
import { stackOf } from './stack-of.ts';

test('the first tile lies in the middle of where the whole image would', () => {
  const { geometry, slices, findings } = stackOf(buildSeries(mosaic()));
  assert.deepEqual(geometry!.dims, [4, 3, 7]);
  // A mosaic of 3×3 tiles: one tile of 4×3 pixels of 1.5 mm to the right, and down.
  assert.deepEqual(geometry!.affine, [-1.5, 0, 0, 4, 0, -1.5, 0, 15.5, 0, 0, 4, 5, 0, 0, 0, 1]);
  assert.equal(slices.length, 1);
  assert.deepEqual(findings.map(({ code }) => code), ['MOSAIC_UNTILED']); // prettier-ignore
});

test('slices that run against row × column', () => {
  const { geometry } = stackOf(
    buildSeries(mosaic({ instance: { mosaic: { tiles: 7, normal: [0, 0, -1] } } })),
  );
  assert.equal(geometry!.affine[10], -4);
  assert.equal(geometry!.orientation, 'LPI');
});

const refused: readonly [string, SeriesSpec, string][] = [
  ['without a normal', mosaic({ instance: { mosaic: { tiles: 7 } } }), 'MOSAIC_IMAGE'],
  [
    'with a normal of its own',
    mosaic({ instance: { mosaic: { tiles: 7, normal: [0, 1, 0] } } }),
    'MOSAIC_IMAGE',
  ],
  [
    'with a normal that is no number',
    mosaic({ instance: { mosaic: { tiles: 7, normal: [0, Number.NaN, 1] } } }),
    'MOSAIC_IMAGE',
  ],
  ['without a spacing', mosaic({ frame: { spacingBetweenSlicesMm: 0 } }), 'MOSAIC_IMAGE'],
  ['that does not divide', mosaic({ pixels: { rows: 10, columns: 12 } }), 'MOSAIC_IMAGE'],
  ['of no tiles', mosaic({ instance: { mosaic: { tiles: 0, normal: [0, 0, 1] } } }), 'MOSAIC_IMAGE'],
  ['twice', mosaic({ positions: [[0, 0, 0], [0, 0, 0]] }), 'DUPLICATE_SLICES'], // prettier-ignore
];
for (const [name, spec, code] of refused) {
  test(`a mosaic ${name}: ${code}`, () => {
    const { geometry, findings } = stackOf(buildSeries(spec));
    assert.equal(geometry, undefined);
    assert.throws(() => assertUsable(findings), { codeName: code });
  });
}

function mosaic(spec: SeriesSpec = {}): SeriesSpec {
  return {
    positions: [[-10, -20, 5]],
    pixels: { rows: 9, columns: 12 },
    instance: { mosaic: { tiles: 7, normal: [0, 0, 1] } },
    ...spec,
    frame: { spacingBetweenSlicesMm: 4, ...spec.frame },
  };
}
