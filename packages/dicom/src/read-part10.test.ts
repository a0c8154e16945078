import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { isHopeless, readHeader, readSopClass } from './read-data-set.ts';
import { readPart10 } from './read-part10.ts';
import { type BuildOptions, type BuiltElement, buildDicom, encapsulate } from './testing/dicom-builder.ts';
import { mrObject, text } from './testing/mr-object.ts';
import { explicitLittleEndian, implicitLittleEndian } from './transfer-syntax.ts';

const limits = { decompressedBytesMax: 1e6 };
const read = (file: Uint8Array) => readPart10(file, limits);
const withElement = (element: BuiltElement) => mrObject(1, { [element.tag]: element });

describe('every way of writing gives the same data set', () => {
  const { dataSet } = read(buildDicom(mrObject()));
  const ways: readonly BuildOptions[] = [
    { syntax: 'implicit' },
    { syntax: 'big-endian' },
    { syntax: 'deflated' },
    { meta: 'no-preamble' },
    { meta: 'none' },
    { meta: 'none', syntax: 'implicit' },
    { meta: 'none', syntax: 'big-endian' },
  ];
  for (const way of ways) {
    test(JSON.stringify(way), () => {
      const object = read(buildDicom(mrObject(), way));
      assert.deepEqual(object.dataSet, dataSet);
      assert.equal(object.missingMetaHeader, way.meta === 'none');
      assert.equal(object.pixelData?.kind, 'native');
    });
  }
});

describe('refused', () => {
  const { NOT_DICOM, CORRUPT_DICOM, TRUNCATED_FILE, UNSUPPORTED_TRANSFER_SYNTAX, DECOMPRESSED_TOO_LARGE } =
    ErrorCode;
  const file = buildDicom(mrObject());
  const cases: readonly [string, Uint8Array, ErrorCode][] = [
    ['nothing', Buffer.alloc(0), NOT_DICOM],
    ['a text', Buffer.from('Dear colleague, '.repeat(50)), NOT_DICOM],
    ['a preamble alone', file.subarray(0, 140), NOT_DICOM],
    [
      'a meta header without elements',
      Buffer.concat([file.subarray(0, 132), Buffer.alloc(300, 8)]),
      CORRUPT_DICOM,
    ],
    [
      'a meta header without end',
      Buffer.concat([file.subarray(0, 140), Buffer.alloc(4, 255), file]),
      CORRUPT_DICOM,
    ],
    ['a meta header without a transfer syntax', buildDicom(mrObject()).fill(0x99, 192, 194), CORRUPT_DICOM],
    [
      'a cut Pixel Representation',
      buildDicom([
        ...mrObject(1, { 0x7fe00010: undefined }).filter(({ tag }) => tag < 0x0028_0103),
        { tag: 0x0028_0103, vr: 'US', value: Buffer.alloc(1), length: 2 },
      ]),
      CORRUPT_DICOM,
    ],
    ['pixels that are cut off', file.subarray(0, -2), TRUNCATED_FILE],
    ['a header that is cut off', file.subarray(0, 500), CORRUPT_DICOM],
    [
      'a private transfer syntax',
      buildDicom(mrObject(), { syntaxUid: '1.3.46.1' }),
      UNSUPPORTED_TRANSFER_SYNTAX,
    ],
    ['video', buildDicom(mrObject(), { syntaxUid: '1.2.840.10008.1.2.4.102' }), UNSUPPORTED_TRANSFER_SYNTAX],
    [
      'a deflated object that is damaged',
      buildDicom(mrObject(), { syntax: 'deflated' }).fill(255, 300),
      CORRUPT_DICOM,
    ],
    [
      'a deflated object that is a bomb',
      buildDicom(withElement({ tag: 0x7fe0_0010, vr: 'OW', value: Buffer.alloc(2e6) }), {
        syntax: 'deflated',
      }),
      DECOMPRESSED_TOO_LARGE,
    ],
    [
      'an element longer than the file',
      buildDicom(withElement({ ...text(0x0018_1000, 'UN', 'x'), length: 0x7f_ff_ff_ff })),
      CORRUPT_DICOM,
    ],
    [
      'an element of odd length',
      buildDicom(withElement({ ...text(0x0018_1000, 'LO', 'abcd'), length: 3 })),
      CORRUPT_DICOM,
    ],
    [
      'encapsulated pixels without an end',
      buildDicom(
        withElement({
          tag: 0x7fe0_0010,
          vr: 'OB',
          value: encapsulate([Buffer.alloc(8)], { ended: false }),
          length: 0xff_ff_ff_ff,
        }),
      ),
      TRUNCATED_FILE,
    ],
  ];
  for (const [name, bytes, code] of cases) {
    test(name, () => assert.throws(() => read(bytes), { code }));
  }

  test('a transfer syntax of somebody’s own is not told', () => {
    const own = buildDicom(mrObject(), { syntaxUid: '1.3.6.1.4.1.99999.7' });
    assert.throws(
      () => read(own),
      (error) => error instanceof HepastageError && !error.message.includes('99999'),
    );
  });
});

describe('bounded', () => {
  for (const depth of [17, 1_000, 10_000]) {
    for (const [kept, tag] of [
      ['kept', 0x5200_9229],
      ['other', 0x0008_1140],
    ] as const) {
      if (kept === 'other' && depth < 10_000) continue;
      test(`${depth} levels of ${kept} sequences`, () => {
        assert.throws(() => read(buildDicom(withElement(nested(tag, depth)))), {
          code: ErrorCode.CORRUPT_DICOM,
        });
      });
    }
  }

  test('16 levels can be read', () => {
    assert.ok(read(buildDicom(withElement(nested(0x5200_9229, 15)))).dataSet.SharedFunctionalGroupsSequence);
  });

  test('very many items', () => {
    const items = Buffer.alloc(8 * 600_000);
    for (let at = 0; at < items.length; at += 8) items.writeUInt32LE(0xe0_00_ff_fe, at);
    for (const syntax of ['explicit', 'implicit'] as const) {
      const file = buildDicom(withElement({ tag: 0x5200_9229, vr: 'SQ', value: items }), {
        syntax,
        meta: 'none',
      });
      assert.throws(
        () => readHeader(file, syntax === 'explicit' ? explicitLittleEndian : implicitLittleEndian),
        (error) =>
          error instanceof HepastageError && error.code === ErrorCode.CORRUPT_DICOM && isHopeless(error),
      );
    }
  });

  test('a very long text is none', () => {
    const long = { tag: 0x0008_103e, vr: 'UT', value: '\\'.repeat(1_000_000) };
    assert.equal(read(buildDicom(withElement(long))).dataSet.SeriesDescription, undefined);
  });
});

test('a cut header may only need more bytes', () => {
  const bytes = buildDicom(mrObject(), { meta: 'none' });
  for (let length = 1; length < 600; length += 7) {
    try {
      readHeader(bytes.subarray(0, length), explicitLittleEndian);
    } catch (error) {
      assert.ok(!isHopeless(error));
    }
  }
});

test('the SOP class is read of objects that are sound no further', () => {
  const bytes = buildDicom(mrObject(), { meta: 'none' });
  assert.equal(readSopClass(bytes.subarray(0, 200), explicitLittleEndian), '1.2.840.10008.5.1.4.1.1.4');
  assert.equal(readSopClass(bytes.subarray(0, 20), explicitLittleEndian), '');
  assert.equal(readSopClass(Buffer.alloc(300, 7), explicitLittleEndian), '');
});

test('a Pixel Representation of one byte is none', () => {
  const short = { tag: 0x0028_0103, vr: 'US', value: Buffer.alloc(1, 1) };
  const elements = mrObject().filter(({ tag }) => tag < 0x0028_0103);
  assert.equal(read(buildDicom([...elements, short])).dataSet.PixelRepresentation, undefined);
});

test('Pixel Representation decides how padding values are read', () => {
  const signed = mrObject(1, {
    0x00280103: { tag: 0x0028_0103, vr: 'US', value: [1] },
    0x00280120: { tag: 0x0028_0120, vr: 'US', value: [63_536] },
  });
  assert.deepEqual(read(buildDicom(signed)).dataSet.PixelPaddingValue, [-2000]);
});

test('values that can’t be read are not there', () => {
  const { dataSet } = read(
    buildDicom(
      mrObject(1, {
        0x00180080: text(0x0018_0080, 'DS', 'four'),
        0x00200032: text(0x0020_0032, 'DS', '1\\\\3'),
        0x00280010: { tag: 0x0028_0010, vr: 'US', value: Buffer.alloc(0) },
      }),
    ),
  );
  assert.deepEqual(
    [dataSet.RepetitionTime, dataSet.ImagePositionPatient, dataSet.Rows],
    [undefined, undefined, undefined],
  );
});

const overlay = (tag: number) =>
  read(buildDicom(withElement({ tag, vr: 'OW', value: Buffer.alloc(8) }))).overlay;

test('an overlay is told, and only of groups 60xx', () => {
  assert.deepEqual(
    [overlay(0x6000_3000), overlay(0x601e_3000), overlay(0x6100_3000), overlay(0x5400_3000)],
    [true, true, false, false],
  );
});

/** So many sequences of undefined length, each the only element of the other's item. */
function nested(tag: number, depth: number): BuiltElement {
  const head = Buffer.alloc(20);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xff_ff, 2);
  head.write('SQ', 4);
  head.writeUInt32LE(0xff_ff_ff_ff, 8);
  head.writeUInt32LE(0xe0_00_ff_fe, 12);
  head.writeUInt32LE(0xff_ff_ff_ff, 16);
  const end = Buffer.alloc(16);
  end.writeUInt32LE(0xe0_0d_ff_fe, 0);
  end.writeUInt32LE(0xe0_dd_ff_fe, 8);
  const levels = Buffer.concat([
    ...Array.from({ length: depth }, () => head),
    ...Array.from({ length: depth }, () => end),
  ]);
  return { tag, vr: 'SQ', value: levels.subarray(12), length: 0xff_ff_ff_ff };
}
