import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PixelCodec } from '@hepastage/dicom';
import { frameStreams } from './frame-streams.ts';
import { compressedObject, syntaxOf } from './testing/pixel-objects.ts';

const jpegStart = [0xff, 0xd8, 1];
const j2kStart = [0xff, 0x4f, 2];
const rest = [3, 4, 5, 6];

function streams(
  fragments: readonly (readonly number[])[],
  {
    frames,
    table = [],
    codec = 'jpeg-ls',
  }: { frames: number; table?: readonly number[]; codec?: PixelCodec },
): number[][] {
  const { pixelData } = compressedObject(
    fragments.map((bytes) => Uint8Array.from(bytes)),
    syntaxOf(/^JPEG-LS/),
    table,
  );
  assert.ok(pixelData?.kind === 'encapsulated');
  const streamOf = frameStreams(pixelData, frames, codec);
  return Array.from({ length: frames }, (_, n) => [...streamOf(n)]);
}

describe('fragments of frames', () => {
  test('one each', () => {
    assert.deepEqual(streams([[1], [2], [3]], { frames: 3 }), [[1], [2], [3]]);
  });
  test('one each, whatever the table says', () => {
    assert.deepEqual(streams([[1], [2]], { frames: 2, table: [0, 77] }), [[1], [2]]);
  });
  test('all, of a single frame', () => {
    assert.deepEqual(streams([[1], [2], [3]], { frames: 1 }), [[1, 2, 3]]);
  });
  test('as the offset table says', () => {
    const found = streams([[1, 1], [2], [3], [4, 4]], { frames: 2, table: [0, 19] });
    assert.deepEqual(found, [
      [1, 1, 2],
      [3, 4, 4],
    ]);
  });
  test('by the start of JPEG images', () => {
    const found = streams([jpegStart, rest, jpegStart, rest, rest], { frames: 2 });
    assert.deepEqual(found, [
      [...jpegStart, ...rest],
      [...jpegStart, ...rest, ...rest],
    ]);
  });
  test('by the start of JPEG 2000 images', () => {
    for (const codec of ['jpeg-2000', 'htj2k'] as const) {
      const found = streams([j2kStart, j2kStart, rest], { frames: 2, codec });
      assert.deepEqual(found, [j2kStart, [...j2kStart, ...rest]]);
    }
  });
});

describe('fragments that can’t be told apart', () => {
  const broken: readonly [string, Parameters<typeof streams>][] = [
    ['fewer than frames', [[[1]], { frames: 2 }]],
    ['none', [[], { frames: 1 }]],
    ['a table that points between fragments', [[[1], [2], [3]], { frames: 2, table: [0, 10] }]],
    ['a table that runs backwards', [[[1], [2], [3]], { frames: 2, table: [9, 0] }]],
    ['a table that leaves out the first fragment', [[[1], [2], [3]], { frames: 2, table: [9, 18] }]],
    ['a table of another number of frames', [[[1], [2], [3]], { frames: 2, table: [0] }]],
    ['without a table, too many starts', [[jpegStart, jpegStart, jpegStart], { frames: 2 }]],
    ['without a table, a rest before the first start', [[rest, jpegStart, jpegStart], { frames: 2 }]],
    ['RLE without a table', [[jpegStart, rest, jpegStart], { frames: 2, codec: 'rle' }]],
  ];
  for (const [name, given] of broken) {
    test(name, () => {
      assert.throws(() => streams(...given), { codeName: 'CORRUPT_PIXEL_DATA' });
    });
  }
});
