import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPart10 } from '@hepastage/dicom';
import { ErrorCode } from '@hepastage/proto';
import { buildDicom, encapsulate } from '../../../../packages/dicom/src/testing/dicom-builder.ts';
import { mrObject } from '../../../../packages/dicom/src/testing/mr-object.ts';
import { encapsulatedPixels, littleEndian, nativePixels } from './pixel-stream.ts';
import { Chunks, whole } from './testing/chunks.ts';

const bytes = Buffer.from(Array.from({ length: 240 }, (_, n) => n));
const chunkSizes = [1, 2, 3, 7, 8, 64, 1_000];

for (const chunkBytes of chunkSizes) {
  describe(`in chunks of ${chunkBytes} bytes`, () => {
    test('native pixels end where they end, and are padded', async () => {
      const source = new Chunks(bytes, chunkBytes);
      assert.deepEqual(await whole(nativePixels(source, 100)), bytes.subarray(0, 100));
      const odd = await whole(nativePixels(new Chunks(bytes, chunkBytes), 101));
      assert.deepEqual(odd, Buffer.concat([bytes.subarray(0, 101), Buffer.alloc(1)]));
      assert.equal(source.closed, false);
    });

    test('native pixels that are missing are', async () => {
      const pixels = nativePixels(new Chunks(bytes, chunkBytes), 241);
      await assert.rejects(whole(pixels), { code: ErrorCode.TRUNCATED_FILE });
    });

    for (const sampleBytes of [2, 4] as const) {
      test(`big endian samples of ${sampleBytes} bytes`, async () => {
        const swapped = Buffer.from(bytes);
        assert.deepEqual(
          await whole(littleEndian(new Chunks(bytes, chunkBytes), sampleBytes)),
          sampleBytes === 2 ? swapped.swap16() : swapped.swap32(),
        );
      });
    }

    const fragments = [bytes.subarray(0, 10), Buffer.alloc(0), bytes.subarray(10, 200), bytes.subarray(200)];
    const encapsulated = encapsulate(fragments, { offsets: [0, 18] });

    test('encapsulated pixels are what a reader of whole files reads', async () => {
      const trailing = Buffer.concat([encapsulated, Buffer.from('what follows')]);
      const passed = await whole(encapsulatedPixels(new Chunks(trailing, chunkBytes), 2));
      assert.deepEqual(passed, encapsulated);
      const element = { tag: 0x7fe0_0010, vr: 'OB', value: passed, length: 0xff_ff_ff_ff };
      const rle = '1.2.840.10008.1.2.5';
      const file = buildDicom(mrObject(1, { 0x7fe00010: element }), { syntaxUid: rle });
      const { pixelData } = readPart10(file, { decompressedBytesMax: 1e6 });
      assert.ok(pixelData?.kind === 'encapsulated');
      assert.deepEqual(pixelData.offsetTable, [0, 18]);
      assert.deepEqual(
        pixelData.fragments.map((fragment) => Buffer.from(fragment.bytes)),
        fragments,
      );
    });

    test('encapsulated pixels without an end are cut off', async () => {
      for (const end of [8, 12, 30, encapsulated.length - 8, encapsulated.length - 1]) {
        const cut = new Chunks(encapsulated.subarray(0, end), chunkBytes);
        await assert.rejects(whole(encapsulatedPixels(cut, 2)), { code: ErrorCode.TRUNCATED_FILE });
      }
    });

    test('a frame has at least one fragment', async () => {
      const four = await whole(encapsulatedPixels(new Chunks(encapsulated, chunkBytes), 4));
      assert.deepEqual(four, encapsulated);
      const five = encapsulatedPixels(new Chunks(encapsulated, chunkBytes), 5);
      await assert.rejects(whole(five), { code: ErrorCode.CORRUPT_DICOM });
    });

    test('what is no item is no fragment', async () => {
      const source = new Chunks(bytes, chunkBytes);
      await assert.rejects(whole(encapsulatedPixels(source, 2)), { code: ErrorCode.CORRUPT_DICOM });
    });
  });
}
