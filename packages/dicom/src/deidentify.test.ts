import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DataSet } from './data-set.ts';
import { deidentify } from './deidentify.ts';
import { readPart10 } from './read-part10.ts';
import { type BuiltElement, buildDicom } from './testing/dicom-builder.ts';
import { identifying, mrObject, mrObjectUids, text } from './testing/mr-object.ts';
import { uidHasher } from './uid-hasher.ts';

const hash = uidHasher('a key', 'a tenant');
const limits = { decompressedBytesMax: 1e6 };

function kept(elements: readonly BuiltElement[]): DataSet {
  return deidentify(readPart10(buildDicom(elements), limits).dataSet, hash);
}

function keptOf(...elements: readonly BuiltElement[]): DataSet {
  return kept(mrObject(1, Object.fromEntries(elements.map((element) => [element.tag, element]))));
}

describe('each action', () => {
  test('keep: numbers and codes stay', () => {
    const { RepetitionTime, ImageType, Modality, Rows, SOPClassUID } = kept(mrObject());
    assert.deepEqual(
      { RepetitionTime, ImageType, Modality, Rows, SOPClassUID },
      {
        RepetitionTime: [4.2],
        ImageType: ['ORIGINAL', 'PRIMARY', 'M', 'ND'],
        Modality: ['MR'],
        Rows: [8],
        SOPClassUID: ['1.2.840.10008.5.1.4.1.1.4'],
      },
    );
  });

  test('hash: UIDs of the study become their hashes, the same for the same', () => {
    const { StudyInstanceUID, SeriesInstanceUID, FrameOfReferenceUID, SOPInstanceUID } = kept(mrObject());
    assert.deepEqual(
      [StudyInstanceUID, SeriesInstanceUID, FrameOfReferenceUID, SOPInstanceUID],
      [
        [hash(mrObjectUids.study)],
        [hash(mrObjectUids.series)],
        [hash(mrObjectUids.frameOfReference)],
        [hash(`${mrObjectUids.series}.1`)],
      ],
    );
  });

  test('words: of a text only the words that are known', () => {
    assert.deepEqual(kept(mrObject()).SeriesDescription, ['T1 VIBE AXIAL FAT_SUPPRESSED CONTRAST']);
    assert.equal(keptOf(text(0x0008_103e, 'LO', identifying.name)).SeriesDescription, undefined);
    assert.deepEqual(keptOf(text(0x0018_0015, 'CS', `LIVER ${identifying.id}`)).BodyPartExamined, ['LIVER']);
  });

  test('words: no more than their attribute has room for', () => {
    const [name = ''] = keptOf(text(0x0018_0024, 'SH', 'DIFFUSION\\LOCALIZER\\T1')).SequenceName ?? [];
    assert.equal(name, 'DIFFUSION T1');
    assert.ok(name.length <= 16);
  });

  test('flag: that there is a contrast agent, not which', () => {
    assert.deepEqual(keptOf(text(0x0018_0010, 'LO', 'Gadobarium 0.1 ml/kg')).ContrastBolusAgent, ['YES']);
    for (const none of ['NONE', 'no', '0', '']) {
      assert.equal(keptOf(text(0x0018_0010, 'LO', none)).ContrastBolusAgent, undefined);
    }
  });

  test('drop: what is only read is not kept', () => {
    const csa = [
      text(0x0029_0010, 'LO', 'SIEMENS CSA HEADER'),
      { tag: 0x0029_1010, vr: 'OB', value: Buffer.from(`SV10${identifying.name}`) },
    ];
    const { dataSet } = readPart10(
      buildDicom(mrObject(1, { 0x00290010: csa[0], 0x00291010: csa[1] })),
      limits,
    );
    assert.notEqual(dataSet.SiemensCsaImageHeader, undefined);
    assert.equal('SiemensCsaImageHeader' in deidentify(dataSet, hash), false);
  });
});

test('nothing that identifies is left, at any depth', () => {
  const nested: BuiltElement = {
    tag: 0x5200_9230,
    vr: 'SQ',
    open: true,
    value: [
      [
        text(0x0010_0010, 'PN', identifying.name),
        text(0x0020_000e, 'UI', mrObjectUids.series),
        {
          tag: 0x0018_9226,
          vr: 'SQ',
          value: [
            [
              text(0x0008_9007, 'CS', `ORIGINAL\\${identifying.name}`),
              text(0x0008_0080, 'LO', identifying.institution),
            ],
          ],
        },
        { tag: 0x0020_9113, vr: 'SQ', value: [[text(0x0020_0032, 'DS', '1\\2\\3')]] },
        { tag: 0x0008_1140, vr: 'SQ', value: [[text(0x0008_1155, 'UI', `${mrObjectUids.series}.1`)]] },
      ],
    ],
  };
  const dataSet = keptOf(nested);
  assert.deepEqual(dataSet.PerFrameFunctionalGroupsSequence, [
    {
      SeriesInstanceUID: [hash(mrObjectUids.series)],
      MRImageFrameTypeSequence: [{ FrameType: ['ORIGINAL', ''] }],
      PlanePositionSequence: [{ ImagePositionPatient: [1, 2, 3] }],
    },
  ]);
  const all = JSON.stringify(dataSet);
  for (const value of [...Object.values(identifying), ...Object.values(mrObjectUids)]) {
    assert.ok(!all.includes(value));
  }
});

test('code strings that are none keep their place, and nothing else', () => {
  const type = text(0x0008_0008, 'CS', `DERIVED\\${identifying.name}\\M\\a very long code string\\ND`);
  assert.deepEqual(keptOf(type).ImageType, ['DERIVED', '', 'M', '', 'ND']);
  assert.equal(keptOf(text(0x0018_0022, 'CS', identifying.name)).ScanOptions, undefined);
});

test('a SOP class that is not the standard’s own may identify', () => {
  assert.equal(keptOf(text(0x0008_0016, 'UI', mrObjectUids.study)).SOPClassUID, undefined);
});

test('numbers that their attribute can’t hold are no numbers', () => {
  for (const [tag, keyword, values] of [
    [0x0020_0011, 'SeriesNumber', ['12345678901234567890', '1.5', '1e300', '4294967296']],
    [0x0018_0086, 'EchoNumbers', ['19370823193708', '-0.5']],
  ] as const) {
    for (const value of values) assert.equal(keptOf(text(tag, 'IS', value))[keyword], undefined, value);
  }
  assert.deepEqual(keptOf(text(0x0020_0011, 'IS', '-2147483648')).SeriesNumber, [-2_147_483_648]);
  assert.equal(keptOf({ tag: 0x0028_0010, vr: 'UL', value: [70_000] }).Rows, undefined);
});

test('of very many values the first are kept', () => {
  const type = text(0x0008_0008, 'CS', Array.from({ length: 1_000 }, () => 'M').join('\\'));
  assert.equal(keptOf(type).ImageType?.length, 32);
});

const creator = (block: number, name = 'SIEMENS MR HEADER') => text(0x0019_0000 + block, 'LO', name);
const tiles = (block: number): BuiltElement => ({ tag: 0x0019_000a + (block << 8), vr: 'US', value: [36] });

describe('private attributes', () => {
  for (const block of [0x10, 0x11, 0x80, 0xff]) {
    test(`in block ${block.toString(16)}`, () => {
      assert.deepEqual(keptOf(creator(block), tiles(block)).SiemensTilesInMosaic, [36]);
    });
  }

  test('of another creator, or of none, don’t exist', () => {
    assert.equal(keptOf(creator(0x10, 'ACME'), tiles(0x10)).SiemensTilesInMosaic, undefined);
    assert.equal(keptOf(creator(0x11), tiles(0x10)).SiemensTilesInMosaic, undefined);
    assert.equal(keptOf(tiles(0x10)).SiemensTilesInMosaic, undefined);
  });

  test('a creator counts for its own data set alone', () => {
    const item = [tiles(0x10)];
    const nested: BuiltElement = { tag: 0x5200_9229, vr: 'SQ', value: [item] };
    assert.deepEqual(keptOf(creator(0x10), nested).SharedFunctionalGroupsSequence, [{}]);
  });
});

test('done again, only hashes of UIDs change', () => {
  const once = keptOf(text(0x0018_0010, 'LO', 'some agent'), text(0x0008_1030, 'LO', 'LEBER MRT dyn KM'));
  const twice = deidentify(once, (uid) => uid);
  assert.deepEqual(twice, once);
});
