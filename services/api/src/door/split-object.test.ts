import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPart10 } from '@hepastage/dicom';
import { ErrorCode } from '@hepastage/proto';
import {
  type BuildOptions,
  type BuiltElement,
  buildDicom,
} from '../../../../packages/dicom/src/testing/dicom-builder.ts';
import { mrObject, text } from '../../../../packages/dicom/src/testing/mr-object.ts';
import { splitObject } from './split-object.ts';
import { Chunks, whole } from './testing/chunks.ts';

const limits = { headerBytesMax: 300_000, decompressedBytesMax: 1_000_000 };
const chunkSizes = [1, 3, 100, 4_096, 65_536];
const withElement = (...elements: readonly BuiltElement[]) =>
  mrObject(1, Object.fromEntries(elements.map((element) => [element.tag, element])));
/** Longer than the first look at it. */
const long = withElement({ tag: 0x0009_1001, vr: 'OB', value: Buffer.alloc(150_000, 7) });

const objects: readonly [string, readonly BuiltElement[], BuildOptions][] = [
  ['explicit', mrObject(), {}],
  ['implicit', mrObject(), { syntax: 'implicit' }],
  ['big endian', mrObject(), { syntax: 'big-endian' }],
  ['deflated', mrObject(), { syntax: 'deflated' }],
  ['a bare data set', mrObject(), { meta: 'none' }],
  ['a long header', long, {}],
  ['a long header, deflated', long, { syntax: 'deflated' }],
  ['an object without pixels', mrObject(1, { 0x7fe00010: undefined }), {}],
];
for (const [name, elements, options] of objects) {
  test(`${name}: chunks of any size give what a reader of whole files reads`, async () => {
    const file = buildDicom(elements, options);
    const { pixelData, ...expected } = readPart10(file, { decompressedBytesMax: 1e6 });
    for (const chunkBytes of chunkSizes) {
      const { dataSet, syntax, missingMetaHeader, overlay, rest, ...object } = await splitObject(
        new Chunks(file, chunkBytes),
        limits,
      );
      assert.deepEqual({ dataSet, syntax, missingMetaHeader, overlay }, expected, String(chunkBytes));
      const pixels = await whole(rest);
      if (pixelData === undefined) assert.deepEqual([object.pixelData, pixels.length], [undefined, 0]);
      else assert.deepEqual({ kind: 'native', bytes: pixels }, pixelData);
      await object.close();
    }
  });
}

describe('refused, and its source let go', () => {
  const otherClass = text(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.104.1');
  const huge: BuiltElement = { tag: 0x0042_0011, vr: 'OB', value: Buffer.alloc(400_000) };
  const file = buildDicom(mrObject());
  const deflated = buildDicom(mrObject(), { syntax: 'deflated' });
  const bomb = withElement({ tag: 0x0009_1001, vr: 'OB', value: Buffer.alloc(2_000_000) });
  const { CORRUPT_DICOM, NOT_DICOM, WRONG_MODALITY, DECOMPRESSED_TOO_LARGE } = ErrorCode;
  const cases: readonly [string, Buffer, ErrorCode, number?][] = [
    ['nothing', Buffer.alloc(0), NOT_DICOM],
    ['a header that is cut off', file.subarray(0, 600), CORRUPT_DICOM],
    ['a header that is too long', buildDicom(withElement(huge)), CORRUPT_DICOM],
    ['a long object of another kind', buildDicom(withElement(otherClass, huge)), WRONG_MODALITY],
    [
      'a damaged object of another kind',
      buildDicom(withElement(otherClass)).subarray(0, 601),
      WRONG_MODALITY,
    ],
    [
      'a damaged deflated object',
      Buffer.concat([deflated.subarray(0, 400), Buffer.alloc(200, 255)]),
      CORRUPT_DICOM,
    ],
    ['a deflated object that is cut off', deflated.subarray(0, -20), CORRUPT_DICOM],
    ['a deflated bomb', buildDicom(bomb, { syntax: 'deflated' }), DECOMPRESSED_TOO_LARGE, 5_000_000],
  ];
  for (const [name, bytes, code, headerBytesMax = limits.headerBytesMax] of cases) {
    test(name, async () => {
      for (const chunkBytes of [500, 65_536]) {
        const source = new Chunks(bytes, chunkBytes);
        await assert.rejects(splitObject(source, { ...limits, headerBytesMax }), { code });
      }
    });
  }
});
