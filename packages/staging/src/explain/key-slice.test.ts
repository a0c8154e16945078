import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { drawKeySlice, encodePng } from './key-slice.ts';

const size = { height: 8, width: 4 };
/** Darker on the left, brighter on the right. */
const keySlice = Float32Array.from({ length: 32 }, (_, pixel) => pixel % 4);

function pixelAt(png: ReturnType<typeof decode>, x: number, y: number): number[] {
  return Array.from(png.data.subarray((y * png.width + x) * 3, (y * png.width + x) * 3 + 3));
}

test('the slice stands plain on the left and under its heat on the right', () => {
  const keyHeat = Float32Array.of(1, 0);
  const png = decode(encodePng(drawKeySlice({ keySlice, keyHeat, mapHeight: 2, mapWidth: 1 }, size)), {
    checkCrc: true,
  });
  assert.deepEqual([png.width, png.height, png.channels], [16, 16, 3]);
  assert.equal(png.text['Comment'], 'Research use only');
  assert.deepEqual(pixelAt(png, 0, 0), [0, 0, 0]);
  assert.deepEqual(pixelAt(png, 7, 0), [255, 255, 255]);
  const [red = 0, , blue = 0] = pixelAt(png, 8, 0);
  assert.ok(red > blue, 'the hot top is coloured');
  assert.deepEqual(pixelAt(png, 15, 15), [255, 255, 255], 'the cold bottom is not');
});

test('a flat slice draws without dividing by zero', () => {
  const png = decode(
    encodePng(
      drawKeySlice(
        { keySlice: new Float32Array(32), keyHeat: new Float32Array(2), mapHeight: 2, mapWidth: 1 },
        size,
      ),
    ),
  );
  assert.deepEqual(new Set(png.data), new Set([0]));
});
