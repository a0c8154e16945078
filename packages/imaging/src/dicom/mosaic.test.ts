import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mosaicLayout, tileOffset, untile } from './mosaic.ts';

test('tiles are counted row by row, and the last ones may be empty', () => {
  const layout = mosaicLayout({ rows: 6, columns: 4 }, 3)!;
  assert.deepEqual(layout, { tiles: 3, perSide: 2, rows: 3, columns: 2 });
  assert.deepEqual(tileOffset(layout), [1, 1.5]);
  // prettier-ignore
  const mosaic = Uint16Array.of(
    10, 11, 20, 21,
    12, 13, 22, 23,
    14, 15, 24, 25,
    30, 31, 0, 0,
    32, 33, 0, 0,
    34, 35, 0, 0,
  );
  assert.deepEqual(untile(mosaic, layout), [
    Uint16Array.of(10, 11, 12, 13, 14, 15),
    Uint16Array.of(20, 21, 22, 23, 24, 25),
    Uint16Array.of(30, 31, 32, 33, 34, 35),
  ]);
});

test('one tile is the image itself', () => {
  const layout = mosaicLayout({ rows: 2, columns: 1 }, 1)!;
  assert.deepEqual(tileOffset(layout), [0, 0]);
  assert.deepEqual(untile(Int8Array.of(-1, 5), layout), [Int8Array.of(-1, 5)]);
});

test('an image that its tiles do not divide has no layout', () => {
  assert.equal(mosaicLayout({ rows: 64, columns: 63 }, 4), undefined);
  assert.equal(mosaicLayout({ rows: 64, columns: 64 }, 0), undefined);
});
