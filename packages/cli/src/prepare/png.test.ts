import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PNG } from 'pngjs';
import { readPng } from './png.ts';

const limits = { decompressedBytesMax: 2 ** 20, voxelsMax: 64 };

/** A picture whose pixel n has the red, green and blue of `colour(n)`. */
function png(width: number, height: number, colorType: 0 | 2, colour: (n: number) => number[]): Buffer {
  const picture = new PNG({ width, height });
  for (let n = 0; n < width * height; n++) picture.data.set([...colour(n), 255], 4 * n);
  return PNG.sync.write(picture, { colorType });
}

for (const [kind, colorType] of [
  ['grey', 0],
  ['RGB of equal channels', 2],
] as const) {
  test(`8-bit ${kind} is read row by row`, () => {
    const { rows, columns, grey } = readPng(png(4, 3, colorType, (n) => [n * 9, n * 9, n * 9]), limits, 'a.png'); // prettier-ignore
    assert.deepEqual([rows, columns], [3, 4]);
    assert.deepEqual(Array.from(grey), Array.from({ length: 12 }, (_, n) => n * 9)); // prettier-ignore
  });
}

describe('a picture is refused', () => {
  const good = png(4, 4, 0, () => [7, 7, 7]);
  const damaged = Buffer.from(good);
  damaged[45]! ^= 0xff;
  const interlaced = Buffer.from(good);
  interlaced[28] = 1;
  const refusals: readonly [name: string, file: Buffer, codeName: string][] = [
    ['that is no PNG', Buffer.from('GIF89a'), 'CORRUPT_PIXEL_DATA'],
    ['that is empty', Buffer.alloc(0), 'CORRUPT_PIXEL_DATA'],
    ['that breaks off', good.subarray(0, 40), 'CORRUPT_PIXEL_DATA'],
    ['that is damaged', damaged, 'CORRUPT_PIXEL_DATA'],
    ['that is coloured', png(4, 4, 2, () => [7, 7, 8]), 'UNSUPPORTED_PIXELS'],
    ['that is interlaced', interlaced, 'UNSUPPORTED_PIXELS'],
    ['of two columns', png(2, 4, 0, () => [7, 7, 7]), 'UNSUPPORTED_PIXELS'],
    ['larger than allowed', png(9, 9, 0, () => [7, 7, 7]), 'TOO_MANY_VOXELS'],
  ];
  for (const [name, file, codeName] of refusals) {
    test(name, () => assert.throws(() => readPng(file, limits, 'a.png'), { codeName, message: /^a\.png: / }));
  }
});
