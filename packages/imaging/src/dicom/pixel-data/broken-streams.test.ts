import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TransferSyntax } from '@hepastage/dicom';
import { HepastageError } from '@hepastage/proto';
import { seededRandom } from '../../testing/random.ts';
import { openPixels } from './open-pixels.ts';
import type { StoredPixels } from './stored-pixels.ts';
import {
  encodeHtj2k,
  encodeJ2k,
  encodeJpegBaseline,
  encodeJpegLs,
  encodeJpegProgressive,
} from './testing/encoders.ts';
import { encodeJpegExtended, encodeJpegLossless } from './testing/jpeg-encoders.ts';
import { writeJpeg } from './testing/jpeg-writer.ts';
import { madeImage } from './testing/made-image.ts';
import { compressedObject, pixelFormat, syntaxOf } from './testing/pixel-objects.ts';

const size = { rows: 40, columns: 48 };
const grey12 = pixelFormat({ ...size, bitsStored: 12 });
const grey8 = pixelFormat({ ...size, bitsAllocated: 8 });
const [image12, image8] = [madeImage(grey12), madeImage(grey8)];
const jpegSize = { width: size.columns, height: size.rows, precision: 12 };
const jpegLs = syntaxOf(/^JPEG-LS Lossless/);
const j2k = syntaxOf(/^JPEG 2000 \(/);
const losslessJpeg = syntaxOf(/^JPEG Lossless \(/);

const streams = [
  { syntax: losslessJpeg, format: grey12, stream: encodeJpegLossless(image12, jpegSize) },
  { syntax: syntaxOf(/^JPEG Extended/), format: grey12, stream: encodeJpegExtended(image12, jpegSize) },
  { syntax: syntaxOf(/^JPEG Baseline/), format: grey8, stream: await encodeJpegBaseline(image8, grey8) },
  { syntax: jpegLs, format: grey12, stream: await encodeJpegLs(image12, grey12) },
  { syntax: j2k, format: grey12, stream: await encodeJ2k(image12, grey12) },
  { syntax: syntaxOf(/^High-Through/), format: grey12, stream: await encodeHtj2k(image12, grey12) },
];

async function decode(
  stream: Uint8Array,
  syntax: TransferSyntax,
  format: typeof grey12,
): Promise<StoredPixels> {
  return (await openPixels(compressedObject([stream], syntax), format, 1)).frame(0);
}

for (const { syntax, format, stream } of streams) {
  describe(syntax.name, () => {
    test('cut anywhere, it is refused', async () => {
      const random = seededRandom(4);
      const cuts = [
        0,
        1,
        2,
        30,
        stream.length - 3,
        ...Array.from({ length: 30 }, () => random() * stream.length),
      ];
      for (const cut of cuts) {
        await assert.rejects(decode(stream.subarray(0, cut), syntax, format), {
          codeName: 'CORRUPT_PIXEL_DATA',
        });
      }
    });

    test('cut, but with a mark at its end, it is refused', async () => {
      for (const share of [0.4, 0.7, 0.95]) {
        const cut = Buffer.concat([stream.subarray(0, share * stream.length), Uint8Array.of(0xff, 0xd9)]);
        await assert.rejects(decode(cut, syntax, format), { codeName: 'CORRUPT_PIXEL_DATA' });
      }
    });

    test('with flipped bits, it is refused or decoded, and the codec goes on working', async () => {
      const whole = await decode(stream, syntax, format);
      const random = seededRandom(5);
      for (let run = 0; run < 80; run++) {
        // Every other run damages headers only.
        const reach = run % 2 === 0 ? stream.length : Math.min(stream.length, 120);
        const broken = new Uint8Array(stream);
        for (let flips = 0; flips <= run % 5; flips++) {
          broken[Math.floor(random() * reach)]! ^= 1 << Math.floor(random() * 8);
        }
        try {
          const decoded = await decode(broken, syntax, format);
          assert.equal(decoded.constructor, whole.constructor);
          assert.equal(decoded.length, whole.length);
        } catch (error) {
          assert.ok(error instanceof HepastageError, String(error));
          assert.match(error.codeName, /^(CORRUPT_PIXEL_DATA|UNSUPPORTED_PIXELS)$/);
        }
      }
      assert.deepEqual(await decode(stream, syntax, format), whole);
    });

    test('a broken frame does not break the frame after it', async () => {
      const broken = new Uint8Array(stream);
      broken.fill(0x55, stream.length >> 1, (stream.length >> 1) + 40);
      const opened = await openPixels(compressedObject([broken, stream], syntax), format, 2);
      try {
        opened.frame(0);
      } catch (error) {
        assert.ok(error instanceof HepastageError);
      }
      assert.deepEqual(opened.frame(1), await decode(stream, syntax, format));
    });
  });
}

describe('streams that are not what the header says', () => {
  const other = 'Pixel Data: its compressed image has another size or more colours than the header says';
  const action = 'export the object again, uncompressed if it can be';

  test('every codec: another size', async () => {
    for (const { syntax, format, stream } of streams) {
      const wrong = pixelFormat({ ...format, columns: 47 });
      await assert.rejects(decode(stream, syntax, wrong), {
        message: `${other} (expected 47 × 40, 1 component, received 48 × 40, 1); ${action}`,
      });
    }
  });

  test('more bits than allocated', async () => {
    await assert.rejects(decode(streams[3]!.stream, jpegLs, grey8), {
      message: `Pixel Data: its compressed image has more bits than the header says (expected at most 8, received 12); ${action}`,
    });
  });

  test('the stream of another codec', async () => {
    for (const { syntax } of streams) {
      for (const { stream, syntax: own, format } of streams) {
        // Both kinds of JPEG 2000 begin alike, and .50 and .51 take what the image says.
        if (/2000/.test(syntax.name) && /2000/.test(own.name)) continue;
        if (/Baseline|Extended/.test(syntax.name) && /^JPEG (Baseline|Ext|Lossless)/.test(own.name)) continue;
        if (own === syntax) continue;
        await assert.rejects(decode(stream, syntax, format), { codeName: 'CORRUPT_PIXEL_DATA' });
      }
    }
  });

  test('progressive JPEG', async () => {
    const stream = await encodeJpegProgressive(image8, grey8);
    await assert.rejects(decode(stream, syntaxOf(/^JPEG Baseline/), grey8), {
      message: `Pixel Data: its JPEG image is coded in a way that DICOM does not allow (expected sequential Huffman coding, or JPEG-LS, received marker FFC2); ${action}`,
    });
  });

  test('data that goes on after the last pixel', async () => {
    const stream = encodeJpegLossless(madeImage(pixelFormat({ ...size, rows: 60, bitsStored: 12 })), {
      ...jpegSize,
      height: 60,
    });
    // The height of the frame header, behind the two tables.
    const at = Buffer.from(stream).indexOf(Buffer.from([0, 60, 0, 48]));
    stream[at + 1] = 40;
    await assert.rejects(decode(stream, losslessJpeg, grey12), {
      message: `Pixel Data: the data of its JPEG image is damaged; ${action}`,
    });
  });
});

describe('a few bytes that claim 65535 × 65535 pixels', () => {
  const edge = 65_535;
  const claims = {
    precision: 12,
    width: edge,
    height: edge,
    scan: [1, 0, 0] as const,
    data: new Uint8Array(9),
  };
  const bombs: readonly [TransferSyntax, Uint8Array][] = [
    [losslessJpeg, writeJpeg({ ...claims, frame: 0xc3 })],
    [syntaxOf(/^JPEG Extended/), writeJpeg({ ...claims, frame: 0xc1 })],
    [syntaxOf(/^JPEG Baseline/), writeJpeg({ ...claims, frame: 0xc0, precision: 8 })],
    [jpegLs, writeJpeg({ ...claims, frame: 0xf7 })],
    [j2k, withJ2kSize(streams[4]!.stream, edge)],
    [syntaxOf(/^High-Through/), withJ2kSize(streams[5]!.stream, edge)],
  ];
  for (const [syntax, stream] of bombs) {
    test(syntax.name, async () => {
      const before = process.memoryUsage().arrayBuffers;
      await assert.rejects(decode(stream, syntax, grey12), {
        codeName: 'CORRUPT_PIXEL_DATA',
        message: /received 65535 × 65535, 1\)/,
      });
      assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 24);
    });
  }

  test('and a header that claims as much', async () => {
    const format = pixelFormat({ rows: edge, columns: edge, bitsStored: 12 });
    await assert.rejects(decode(bombs[4]![1], j2k, format), { codeName: 'UNSUPPORTED_PIXELS' });
  });
});

describe('JPEG 2000 that would take a decoder long', () => {
  const stream = streams[4]!.stream;
  const codingStyle = Buffer.from(stream).indexOf(Buffer.from([0xff, 0x52]));
  const cases: readonly [string, Uint8Array][] = [
    ['tiles without size', patched(stream, 24, [0, 0, 0, 0, 0, 0, 0, 0])],
    ['65,535 layers in 6 resolutions', patched(stream, codingStyle + 6, [0xff, 0xff])],
    ['no layer', patched(stream, codingStyle + 6, [0, 0])],
    ['200 resolutions', patched(stream, codingStyle + 9, [200])],
    ['a size that is written twice', twice(stream)],
  ];
  for (const [name, broken] of cases) {
    test(name, async () => {
      await assert.rejects(decode(broken, j2k, grey12), { codeName: 'CORRUPT_PIXEL_DATA' });
    });
  }
});

/** Xsiz, Ysiz, and one tile of that size. */
function withJ2kSize(stream: Uint8Array, edge: number): Uint8Array {
  const resized = new Uint8Array(stream);
  const view = new DataView(resized.buffer);
  for (const at of [8, 12, 24, 28]) view.setUint32(at, edge);
  return resized;
}

function patched(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy.set(values, at);
  return copy;
}

/** Its SIZ marker segment again behind itself. */
function twice(stream: Uint8Array): Uint8Array {
  const end = 4 + 256 * stream[4]! + stream[5]!;
  return Buffer.concat([stream.subarray(0, end), stream.subarray(2, end), stream.subarray(end)]);
}
