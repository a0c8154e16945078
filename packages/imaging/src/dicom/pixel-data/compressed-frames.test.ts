import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TransferSyntax } from '@hepastage/dicom';
import type { PixelFormat } from '@hepastage/proto';
import { openPixels } from './open-pixels.ts';
import type { StoredPixels } from './stored-pixels.ts';
import {
  type EncodeFrame,
  encodeHtj2k,
  encodeJ2k,
  encodeJ2kOfOtherSign,
  encodeJpegBaseline,
  encodeJpegLs,
} from './testing/encoders.ts';
import { encodeJpegExtended, encodeJpegLossless } from './testing/jpeg-encoders.ts';
import { madeImage } from './testing/made-image.ts';
import { compressedObject, pixelFormat, syntaxOf } from './testing/pixel-objects.ts';

const encodeLossless: EncodeFrame = (pixels, { rows, columns, bitsStored }) =>
  Promise.resolve(encodeJpegLossless(pixels, { width: columns, height: rows, precision: bitsStored }));

const lossless: readonly [TransferSyntax, EncodeFrame][] = [
  [syntaxOf(/^JPEG Lossless \(/), encodeLossless],
  [syntaxOf(/^JPEG-LS Lossless/), encodeJpegLs],
  [syntaxOf(/^JPEG 2000 \(/), encodeJ2k],
  [syntaxOf(/^High-Throughput JPEG 2000 \(/), encodeHtj2k],
];
const size = { rows: 37, columns: 45 };
const formats = [
  pixelFormat({ ...size, bitsAllocated: 8 }),
  pixelFormat({ ...size, bitsAllocated: 16, bitsStored: 8 }),
  pixelFormat({ ...size, bitsStored: 12 }),
  pixelFormat({ ...size, bitsStored: 12, signed: true }),
  pixelFormat({ ...size }),
  pixelFormat({ ...size, signed: true }),
];

for (const [syntax, encode] of lossless) {
  describe(syntax.name, () => {
    for (const format of formats) {
      const { bitsAllocated, bitsStored, signed } = format;
      // With fewer bits than a cell has, encoders want cells of the size that the stored bits need.
      const narrow = bitsStored <= 8 ? pixelFormat({ ...size, bitsAllocated: 8 }) : format;
      test(`${bitsStored} of ${bitsAllocated} bits, ${signed ? 'signed' : 'unsigned'}, are what they were`, async () => {
        const images = [1, 2, 3].map((seed) => madeImage(format, seed));
        const fragments = await Promise.all(
          images.map((image, n) => encode(narrow === format ? image : madeImage(narrow, n + 1), narrow)),
        );
        const opened = await openPixels(compressedObject(fragments, syntax), format, 3);
        for (const [n, image] of images.entries()) assertSame(opened.frame(n), image);
      });
    }
  });
}

describe('JPEG 2000', () => {
  for (const signed of [false, true]) {
    test(`the header knows whether values are signed: ${signed}`, async () => {
      const format = pixelFormat({ ...size, bitsStored: 12, signed });
      const image = madeImage(format);
      // The same 12 bits, which the stream takes for the other kind.
      const other = madeImage(pixelFormat({ ...size, bitsStored: 12, signed: !signed }));
      other.set(image.map((value) => (signed ? value & 0xf_ff : (value << 20) >> 20)));
      const stream = await encodeJ2kOfOtherSign(other, format);
      const opened = await openPixels(compressedObject([stream], lossless[2]![0]), format, 1);
      assertSame(opened.frame(0), image);
    });
  }

  test('in a JP2 file', async () => {
    const format = pixelFormat({ ...size, bitsStored: 12 });
    const image = madeImage(format);
    const box = Buffer.from('0000000c6a5020200d0a870a00000014667479706a703220000000006a703220', 'hex');
    const stream = Buffer.concat([
      box,
      Buffer.from('000000006a703263', 'hex'),
      await encodeJ2k(image, format),
    ]);
    const opened = await openPixels(compressedObject([stream], lossless[2]![0]), format, 1);
    assertSame(opened.frame(0), image);
  });
});

describe('lossless JPEG', () => {
  const format = pixelFormat({ ...size, bitsStored: 12 });
  const image = madeImage(format);
  const base = { width: size.columns, height: size.rows, precision: 12 };
  const syntax = syntaxOf(/^JPEG Lossless \(/);
  for (const predictor of [1, 2, 3, 4, 5, 6, 7]) {
    test(`predictor ${predictor}`, async () => {
      const stream = encodeJpegLossless(image, { ...base, predictor });
      assertSame((await openPixels(compressedObject([stream], syntax), format, 1)).frame(0), image);
    });
  }
  test('with restarts', async () => {
    const stream = encodeJpegLossless(image, { ...base, predictor: 4, rowsOfInterval: 5 });
    assertSame((await openPixels(compressedObject([stream], syntax), format, 1)).frame(0), image);
  });
  test('with a point transform loses the lower bits', async () => {
    const stream = encodeJpegLossless(image, { ...base, pointTransform: 3 });
    const expected = image.map((value) => value & ~7);
    assertSame((await openPixels(compressedObject([stream], syntax), format, 1)).frame(0), expected);
  });
});

describe('DCT-coded JPEG', () => {
  test('8 bits stay within 2 levels at the best quality', async () => {
    const format = pixelFormat({ ...size, bitsAllocated: 8 });
    const image = madeImage(format);
    const stream = await encodeJpegBaseline(image, format);
    for (const syntax of [syntaxOf(/^JPEG Baseline/), syntaxOf(/^JPEG Extended/)]) {
      assertNear((await openPixels(compressedObject([stream], syntax), format, 1)).frame(0), image, 2);
    }
  });
  for (const blocksOfInterval of [undefined, 4]) {
    test(`12 bits stay within 2 levels, ${blocksOfInterval === undefined ? 'without' : 'with'} restarts`, async () => {
      const format = pixelFormat({ ...size, bitsStored: 12 });
      const image = madeImage(format);
      const stream = encodeJpegExtended(image, {
        width: size.columns,
        height: size.rows,
        precision: 12,
        ...(blocksOfInterval !== undefined && { blocksOfInterval }),
      });
      const opened = await openPixels(compressedObject([stream], syntaxOf(/^JPEG Extended/)), format, 1);
      assertNear(opened.frame(0), image, 2);
    });
  }
});

test('a frame whose stream is cut into fragments', async () => {
  const format = pixelFormat({ ...size });
  const images = [madeImage(format, 1), madeImage(format, 2)];
  const streams = await Promise.all(images.map((image) => encodeJpegLs(image, format)));
  const fragments = streams.flatMap((stream) => [stream.subarray(0, 100), stream.subarray(100)]);
  const opened = await openPixels(compressedObject(fragments, syntaxOf(/^JPEG-LS/)), format, 2);
  assertSame(opened.frame(1), images[1]!);
  assertSame(opened.frame(0), images[0]!);
});

test('a codec of whole cells keeps High Bit: 12 bits in the upper part of 16', async () => {
  const format: PixelFormat = pixelFormat({ ...size, bitsStored: 12, highBit: 15, signed: true });
  const image = madeImage(format);
  const cells = madeImage(pixelFormat({ ...size }));
  cells.set(image.map((value) => (value << 4) | 5));
  const stream = await encodeJpegLs(cells, pixelFormat({ ...size }));
  assertSame((await openPixels(compressedObject([stream], syntaxOf(/^JPEG-LS/)), format, 1)).frame(0), image);
});

function assertSame(actual: StoredPixels, expected: StoredPixels): void {
  assert.equal(actual.constructor, expected.constructor);
  assert.deepEqual(actual, expected);
}

function assertNear(actual: StoredPixels, expected: StoredPixels, levels: number): void {
  assert.equal(actual.length, expected.length);
  const furthest = Math.max(...Array.from(actual, (value, n) => Math.abs(value - expected[n]!)));
  assert.ok(furthest <= levels, `${furthest} levels apart`);
}
