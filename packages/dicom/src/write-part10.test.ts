import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataSet } from './data-set.ts';
import { deidentify } from './deidentify.ts';
import { readPart10 } from './read-part10.ts';
import { type BuiltElement, buildDicom, encapsulate } from './testing/dicom-builder.ts';
import { identifying, mrObject, mrObjectUids, text } from './testing/mr-object.ts';
import { explicitLittleEndian, transferSyntaxOf } from './transfer-syntax.ts';
import { uidHasher } from './uid-hasher.ts';
import { keptSyntaxOf, writePart10Head } from './write-part10.ts';

const hash = uidHasher('a key', 'a tenant');
const limits = { decompressedBytesMax: 1e6 };

/** Nested and private attributes, and every value representation that the table has. */
const rich: readonly BuiltElement[] = [
  text(0x0018_0010, 'LO', 'an agent'),
  text(0x0019_0042, 'LO', 'SIEMENS MR HEADER'),
  { tag: 0x0019_420a, vr: 'US', value: [36] },
  { tag: 0x0019_420c, vr: 'IS', value: '800' },
  { tag: 0x0028_0120, vr: 'SS', value: [-1024] },
  { tag: 0x0028_0103, vr: 'US', value: [1] },
  text(0x0043_0010, 'LO', 'GEMS_PARM_01'),
  { tag: 0x0043_102f, vr: 'SS', value: [-3] },
  text(0x2001_0010, 'LO', 'Philips Imaging DD 001'),
  { tag: 0x2001_1003, vr: 'FL', value: [Math.fround(0.1)] },
  {
    tag: 0x5200_9229,
    vr: 'SQ',
    value: [
      [
        { tag: 0x0018_9117, vr: 'SQ', value: [[{ tag: 0x0018_9087, vr: 'FD', value: [Math.PI] }]] },
        { tag: 0x0020_9111, vr: 'SQ', value: [[{ tag: 0x0020_9128, vr: 'UL', value: [2 ** 32 - 1] }]] },
        { tag: 0x0028_9145, vr: 'SQ', value: [] },
      ],
      [],
    ],
  },
];

function objectWith(elements: readonly BuiltElement[]): readonly BuiltElement[] {
  return mrObject(1, Object.fromEntries(elements.map((element) => [element.tag, element])));
}

for (const syntax of ['explicit', 'implicit', 'big-endian', 'deflated'] as const) {
  test(`what is written of ${syntax} objects reads back as it was`, () => {
    const read = readPart10(buildDicom(objectWith(rich), { syntax }), limits);
    const dataSet = deidentify(read.dataSet, hash);
    const pixels = Buffer.alloc(128, 7);
    const head = writePart10Head(dataSet, keptSyntaxOf(read.syntax), pixels.length);
    const again = readPart10(Buffer.concat([head, pixels]), limits);
    assert.deepEqual(again.dataSet, dataSet);
    assert.ok(
      (dataSet.SharedFunctionalGroupsSequence ?? []).length === 2 && dataSet.GeRawDataType?.[0] === -3,
    );
    assert.equal(again.syntax, explicitLittleEndian);
    assert.deepEqual(again.pixelData, { kind: 'native', bytes: pixels });
    const bytes = Buffer.from(head).toString('latin1');
    for (const value of [...Object.values(identifying), ...Object.values(mrObjectUids)])
      assert.ok(!bytes.includes(value));
  });
}

test('compressed pixels stay in their syntax', () => {
  const rle = transferSyntaxOf('1.2.840.10008.1.2.5')!;
  const pixels = encapsulate([Buffer.from('abcd'), Buffer.from('ef')], { offsets: [0] });
  const dataSet = deidentify(readPart10(buildDicom(mrObject()), limits).dataSet, hash);
  const file = Buffer.concat([writePart10Head(dataSet, keptSyntaxOf(rle), undefined), pixels]);
  const { syntax, pixelData } = readPart10(file, limits);
  assert.equal(syntax, rle);
  assert.deepEqual(pixelData, {
    kind: 'encapsulated',
    offsetTable: [0],
    fragments: [
      { offset: 0, bytes: Buffer.from('abcd') },
      { offset: 12, bytes: Buffer.from('ef') },
    ],
  });
});

test('positions and cosines lose less than a picometre', () => {
  const position = [-123.45678901234568, 0.1 + 0.2, 1234.567890123457];
  const orientation = [Math.SQRT1_2, -Math.SQRT1_2, 1.2345678901234566e-9, 0.9999999999999999, -1 / 3, 2 / 3];
  const dataSet: DataSet = { ImagePositionPatient: position, ImageOrientationPatient: orientation };
  const { ImagePositionPatient, ImageOrientationPatient } = written(dataSet);
  const errors = [...position, ...orientation].map((value, n) =>
    Math.abs([...ImagePositionPatient!, ...ImageOrientationPatient!][n]! - value),
  );
  assert.ok(Math.max(...errors) < 1e-10, String(errors));
});

test('any number can be written as a decimal string', () => {
  const numbers = [
    1.7976931348623158e307,
    -1.7976931348623158e307,
    2e-308,
    -12345678901234.568,
    99999999999999.9,
    -0.1 - 0.2,
    1e21,
    -0.00009999999999999999,
  ];
  for (const number of numbers) {
    const [read = Number.NaN] = written({ RepetitionTime: [number] }).RepetitionTime ?? [];
    assert.ok(Math.abs(read - number) <= Math.abs(number) * 1e-7, `${number}: ${read}`);
  }
});

function written(dataSet: DataSet): DataSet {
  return readPart10(writePart10Head(dataSet, explicitLittleEndian, 0), limits).dataSet;
}
