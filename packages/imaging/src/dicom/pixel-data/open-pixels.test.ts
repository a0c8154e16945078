import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPixels } from './open-pixels.ts';
import { bytesOf, madeImage } from './testing/made-image.ts';
import {
  compressedObject,
  type FormatChanges,
  nativeObject,
  objectOf,
  pixelFormat,
  syntaxOf,
} from './testing/pixel-objects.ts';

const bigEndian = syntaxOf(/Big Endian/);
const rle = syntaxOf(/^RLE/);

describe('native pixels', () => {
  for (const bitsAllocated of [8, 16, 32]) {
    for (const signed of [false, true]) {
      test(`${bitsAllocated} bits, ${signed ? 'signed' : 'unsigned'}, in both byte orders`, async () => {
        const format = pixelFormat({ bitsAllocated, signed });
        const [one, two] = [madeImage(format, 1), madeImage(format, 2)];
        const bytes = Buffer.concat([bytesOf(one), bytesOf(two)]);
        const little = await openPixels(nativeObject(bytes), format, 2);
        assert.deepEqual(little.frame(0), one);
        assert.deepEqual(little.frame(1), two);
        const swapped = Buffer.from(bytes);
        if (bitsAllocated === 16) swapped.swap16();
        if (bitsAllocated === 32) swapped.swap32();
        const big = await openPixels(nativeObject(swapped, bigEndian), format, 2);
        assert.deepEqual(big.frame(1), two);
      });
    }
  }

  test('are a view of the file where they can be, and a copy at an odd place', async () => {
    const format = pixelFormat({ bitsStored: 12 });
    const image = madeImage(format);
    const bytes = new Uint8Array(bytesOf(image));
    const view = (await openPixels(nativeObject(bytes), format, 1)).frame(0);
    assert.equal(view.buffer, bytes.buffer);
    const odd = new Uint8Array(bytes.length + 1);
    odd.set(bytes, 1);
    const copy = (await openPixels(nativeObject(odd.subarray(1)), format, 1)).frame(0);
    assert.deepEqual(copy, image);
    assert.notEqual(copy.buffer, odd.buffer);
  });

  const cells = Uint16Array.of(0xf0_01, 0x08_00, 0x0f_ff, 0x17_ff);
  const fields: readonly [string, FormatChanges, readonly number[]][] = [
    ['12 of 16 bits below an overlay', { bitsStored: 12 }, [0x001, 0x800, 0xfff, 0x7ff]],
    ['signed 12 of 16 bits below garbage', { bitsStored: 12, signed: true }, [1, -2048, -1, 2047]],
    ['the upper 12 bits', { bitsStored: 12, highBit: 15 }, [0xf00, 0x080, 0x0ff, 0x17f]],
    [
      'the upper 12 bits, signed',
      { bitsStored: 12, highBit: 15, signed: true },
      [-0x100, 0x080, 0x0ff, 0x17f],
    ],
  ];
  for (const [name, changes, values] of fields) {
    test(`${name}, and the file is left as it was`, async () => {
      const format = pixelFormat({ rows: 1, ...changes });
      const bytes = new Uint8Array(cells.slice().buffer);
      const frame = (await openPixels(nativeObject(bytes), format, 1)).frame(0);
      assert.deepEqual([...frame], values);
      assert.deepEqual(bytes, bytesOf(cells));
    });
  }

  test('31 of 32 bits keep their sign', async () => {
    const format = pixelFormat({ rows: 1, columns: 2, bitsAllocated: 32, bitsStored: 31, signed: true });
    const bytes = new Uint8Array(Uint32Array.of(0x7f_ff_ff_ff, 0x3f_ff_ff_ff).buffer);
    assert.deepEqual([...(await openPixels(nativeObject(bytes), format, 1)).frame(0)], [-1, 2 ** 30 - 1]);
  });

  test('may be followed by padding, but not be too short', async () => {
    const format = pixelFormat({ rows: 3, columns: 3, bitsAllocated: 8 });
    const padded = (await openPixels(nativeObject(new Uint8Array(10).fill(7)), format, 1)).frame(0);
    assert.deepEqual(padded, new Uint8Array(9).fill(7));
    await assert.rejects(
      openPixels(nativeObject(new Uint8Array(10)), format, 2),
      refusal(
        'TRUNCATED_FILE',
        'its pixel data ends before the last pixel (expected 18 bytes, received 10); transfer the file again, whole',
      ),
    );
  });
});

describe('objects that are refused', () => {
  const action = 'export the original MR images of the series';
  const grey = `Photometric Interpretation: its pixels are not shades of grey (expected MONOCHROME1 or MONOCHROME2 with one sample per pixel); ${action}`;
  const formats: readonly [string, FormatChanges, string][] = [
    ['RGB', { samplesPerPixel: 3, photometricInterpretation: 'RGB' }, grey],
    ['three samples that claim to be grey', { samplesPerPixel: 3 }, grey],
    ['a palette', { photometricInterpretation: 'PALETTE COLOR' }, grey],
    [
      'one bit a pixel',
      { bitsAllocated: 1 },
      `Bits Allocated: its pixels have an unusual number of bits (expected 8, 16 or 32, received 1); ${action}`,
    ],
    [
      'packed 12 bits',
      { bitsAllocated: 12 },
      `Bits Allocated: its pixels have an unusual number of bits (expected 8, 16 or 32, received 12); ${action}`,
    ],
    [
      'more bits than allocated',
      { bitsStored: 20 },
      `Bits Stored: its header contradicts itself about the bits of a pixel (expected at most High Bit + 1, and High Bit below 16, received 20 with High Bit 19); ${action}`,
    ],
    [
      'no columns',
      { columns: 0 },
      `Rows × Columns: its frames have no pixels, or too many (expected 1 to 67108864, received 0); ${action}`,
    ],
    [
      'more pixels than an MR image has',
      { rows: 65_535, columns: 65_535 },
      `Rows × Columns: its frames have no pixels, or too many (expected 1 to 67108864, received 4294836225); ${action}`,
    ],
  ];
  for (const [name, changes, message] of formats) {
    test(name, async () => {
      const opened = openPixels(nativeObject(new Uint8Array(64)), pixelFormat(changes), 1);
      await assert.rejects(opened, refusal('UNSUPPORTED_PIXELS', message));
    });
  }

  test('one without pixels', async () => {
    const opened = openPixels(objectOf(undefined, bigEndian), pixelFormat(), 1);
    await assert.rejects(
      opened,
      refusal('UNSUPPORTED_PIXELS', 'Pixel Data: it has no pixels; send the images of the series'),
    );
  });

  test('fragments in an uncompressed transfer syntax, and the other way round', async () => {
    for (const object of [
      compressedObject([new Uint8Array(64)], bigEndian),
      nativeObject(new Uint8Array(64), rle),
    ]) {
      await assert.rejects(openPixels(object, pixelFormat(), 1), { codeName: 'CORRUPT_PIXEL_DATA' });
    }
  });

  test('a number of frames that is none', async () => {
    for (const frames of [0, -1, 1.5, Number.NaN]) {
      const opened = openPixels(nativeObject(new Uint8Array(64)), pixelFormat(), frames);
      await assert.rejects(opened, { codeName: 'CORRUPT_PIXEL_DATA' });
    }
  });
});

function refusal(codeName: string, message: string): { codeName: string; message: string } {
  return { codeName, message };
}
