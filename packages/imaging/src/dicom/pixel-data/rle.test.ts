import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeRle } from './rle.ts';
import { pixelFormat } from './testing/pixel-objects.ts';

/** A header of 64 bytes that points to the segments behind it. */
function rleFrame(...segments: readonly (readonly number[])[]): Uint8Array {
  const header = new Uint32Array(16);
  header[0] = segments.length;
  let offset = 64;
  for (const [n, segment] of segments.entries()) {
    header[1 + n] = offset;
    offset += segment.length;
  }
  return Buffer.concat([new Uint8Array(header.buffer), Uint8Array.from(segments.flat())]);
}

const row = pixelFormat({ rows: 1, columns: 6 });

describe('RLE frames', () => {
  test('8 bits: a literal run, a replicate run, and a header that does nothing', () => {
    const stream = rleFrame([0x01, 5, 6, 0x80, 0xfd, 7]);
    const pixels = decodeRle(stream, pixelFormat({ ...row, bitsAllocated: 8, bitsStored: 8, highBit: 7 }));
    assert.deepEqual(pixels, Uint8Array.of(5, 6, 7, 7, 7, 7));
  });

  test('16 bits: the segment of the upper bytes comes first', () => {
    const stream = rleFrame([0xfb, 0x01], [0x05, 1, 2, 3, 4, 5, 6]);
    assert.deepEqual(decodeRle(stream, row), Uint16Array.of(0x101, 0x102, 0x103, 0x104, 0x105, 0x106));
  });

  test('12 of 16 bits, signed', () => {
    const stream = rleFrame([0x05, 0x0f, 0, 0x08, 0xff, 0, 0], [0x05, 0xff, 1, 0, 0xff, 0, 2]);
    const pixels = decodeRle(stream, pixelFormat({ ...row, bitsStored: 12, highBit: 11, signed: true }));
    assert.deepEqual(pixels, Int16Array.of(-1, 1, -2048, -1, 0, 2));
  });

  test('32 bits: four segments', () => {
    const stream = rleFrame([0xfb, 0x80], [0xfb, 0], [0xfb, 0], [0xfb, 9]);
    const pixels = decodeRle(stream, pixelFormat({ ...row, bitsAllocated: 32, bitsStored: 32, highBit: 31 }));
    assert.deepEqual(pixels, new Uint32Array(6).fill(0x80_00_00_09));
  });

  test('what follows the last pixel is padding', () => {
    const stream = rleFrame([0x81, 1, 0], [0xfb, 2, 0x80, 0]);
    assert.deepEqual(decodeRle(stream, row), new Uint16Array(6).fill(0x102));
  });
});

describe('RLE frames that are refused', () => {
  const early = 'Pixel Data: an RLE segment ends before its last pixel';
  const outside = 'Pixel Data: its RLE segments lie outside of the frame';
  const whole = rleFrame([0xfb, 1], [0xfb, 2]);
  const broken: readonly [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(0), early],
    ['half a header', whole.subarray(0, 40), early],
    ['a replicate run without its byte', whole.subarray(0, -1), early],
    ['a literal run that is cut', rleFrame([0xfb, 1], [0x05, 1, 2, 3]), early],
    ['too few pixels', rleFrame([0xfb, 1], [0xfc, 2]), early],
    [
      'a segment too few',
      rleFrame([0xfb, 1]),
      'Pixel Data: its RLE segments are not one for each byte of a pixel (expected 2, received 1)',
    ],
    ['a segment within the header', patched(whole, 4, [60]), outside],
    ['a segment behind the end', patched(whole, 8, [200]), outside],
    ['segments in the wrong order', patched(whole, 4, [67]), outside],
  ];
  for (const [name, stream, message] of broken) {
    test(name, () => {
      assert.throws(() => decodeRle(stream, row), {
        codeName: 'CORRUPT_PIXEL_DATA',
        message: `${message}; export the object again, uncompressed if it can be`,
      });
    });
  }

  test('far fewer bytes than its pixels need, before they are allocated', () => {
    const large = pixelFormat({ rows: 8192, columns: 8192 });
    assert.throws(() => decodeRle(whole, large), { codeName: 'CORRUPT_PIXEL_DATA' });
  });
});

function patched(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy.set(values, at);
  return copy;
}
