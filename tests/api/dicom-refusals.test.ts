import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type BuiltElement, encapsulate } from '../../packages/dicom/src/testing/dicom-builder.ts';
import { text } from '../../packages/dicom/src/testing/mr-object.ts';
import { type ApiUnderTest, noTraces, startApi } from './api-under-test.ts';
import { type Bytes, slice, zipOf } from './dicom-studies.ts';
import { type Parts, postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';

const filesMax = 20;
const settings = {
  filesMax,
  headerBytesMax: 300_000,
  studyBytesMax: 3_000_000,
  decompressedBytesMax: 2_000_000,
};
const rle = '1.2.840.10008.1.2.5';
const undefinedLength = 0xff_ff_ff_ff;

interface Refusal {
  readonly name: string;
  readonly parts: Parts;
  readonly status: number;
  readonly code: string;
}

const one = (name: string, file: Bytes, code: string, status = 422): Refusal => ({
  name,
  parts: [['study', file]],
  status,
  code,
});
const pixels = (value: BuiltElement['value'], length?: number): BuiltElement => ({
  tag: 0x7fe0_0010,
  vr: 'OW',
  value,
  ...(length !== undefined && { length }),
});
const junk = (bytes: number, fill = 0): BuiltElement => ({
  tag: 0x0009_1001,
  vr: 'OB',
  value: Buffer.alloc(bytes, fill),
});
const otherStudy = text(0x0020_000d, 'UI', '1.3.6.1.4.1.99999.77');
const ct = [text(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.2'), text(0x0008_0060, 'CS', 'CT')];
const note: Bytes = new TextEncoder().encode('Dear colleague, please find enclosed. '.repeat(20));

const longest = (tag: number) =>
  text(tag, 'CS', Array.from({ length: 32 }, () => 'PROPELLER_ACQUIS').join('\\'));

/** An object of 60,000 images of 16 bits a pixel. */
function manyImages(number: number, edge: number, more: readonly BuiltElement[] = []): Bytes {
  return slice(number, [
    us(0x0028_0010, edge),
    us(0x0028_0011, edge),
    text(0x0028_0008, 'IS', '60000'),
    pixels(Buffer.alloc(120_000 * edge ** 2)),
    ...more,
  ]);
}

const archives: readonly Refusal[] = [
  one('a bomb', zipOf({ name: 'a', content: Buffer.alloc(4_000_000) }), 'DECOMPRESSED_TOO_LARGE', 413),
  one(
    'a bomb of many files',
    zipOf(
      ...Array.from({ length: 4 }, (_, n) => slice(n + 1, [junk(250_000), pixels(Buffer.alloc(700_000))])),
    ),
    'DECOMPRESSED_TOO_LARGE',
    413,
  ),
  one('a zip within', zipOf(slice(), zipOf(slice(2))), 'UNSAFE_ARCHIVE'),
  one(
    'an encrypted file',
    zipOf(slice(), { name: 'b', content: Buffer.from(slice(2)), flags: 1 }),
    'ENCRYPTED_ARCHIVE',
  ),
  one(
    'a path that leads out',
    zipOf(slice(), { name: '../b', content: Buffer.from(slice(2)) }),
    'UNSAFE_ARCHIVE',
  ),
  one('an absolute path', zipOf({ name: '/etc/b', content: Buffer.from(slice()) }), 'UNSAFE_ARCHIVE'),
  one(
    'too many files',
    zipOf(...Array.from({ length: filesMax + 1 }, (_, n) => slice(n))),
    'TOO_MANY_FILES',
    413,
  ),
  {
    name: 'too many files over two zips',
    parts: [0, 1].map((zip) => [
      'study',
      zipOf(...Array.from({ length: filesMax / 2 + 1 }, (_, n) => slice(100 * zip + n))),
    ]),
    status: 413,
    code: 'TOO_MANY_FILES',
  },
  one('a wrong checksum', zipOf({ name: 'a', content: Buffer.from(slice()), crc: 7 }), 'CORRUPT_ARCHIVE'),
  one('a zip that is cut off', zipOf(slice(), slice(2)).subarray(0, 900), 'CORRUPT_ARCHIVE'),
  one('no DICOM within', zipOf(note), 'NOT_DICOM'),
  one('another modality alone', zipOf(slice(1, ct), note), 'WRONG_MODALITY'),
  one('an empty zip', zipOf(), 'NO_SEQUENCE', 400),
];

const objects: readonly Refusal[] = [
  one('no DICOM', note, 'NOT_DICOM'),
  one('no bytes', new Uint8Array(0), 'NOT_DICOM'),
  one(
    'no pixels',
    slice(1, [{ tag: 0x7fe0_0010, vr: 'OW', value: '' }].slice(1)).subarray(0, 790),
    'CORRUPT_DICOM',
  ),
  one('pixels that are cut off', slice().subarray(0, -10), 'TRUNCATED_FILE'),
  one(
    'pixels that are cut off, within a zip',
    zipOf(slice(1), slice(2).subarray(0, -10), slice(3)),
    'TRUNCATED_FILE',
  ),
  one('fewer pixels than rows and columns', slice(1, [pixels([1, 2, 3, 4])]), 'CORRUPT_DICOM'),
  one('more frames than pixels', slice(1, [text(0x0028_0008, 'IS', '90000')]), 'CORRUPT_DICOM'),
  one('an element longer than the file', slice(1, [{ ...junk(4), length: 0x7f_ff_ff_f0 }]), 'CORRUPT_DICOM'),
  one(
    'an element of odd length',
    slice(1, [{ ...text(0x0018_1000, 'LO', 'abcd'), length: 3 }]),
    'CORRUPT_DICOM',
  ),
  one('a header that is too long', slice(1, [junk(400_000)]), 'CORRUPT_DICOM'),
  one('10,000 nested sequences', slice(1, [nested(10_000)]), 'CORRUPT_DICOM'),
  one('1,000 nested sequences', slice(1, [nested(1_000)]), 'CORRUPT_DICOM'),
  one(
    'encapsulated pixels without an end',
    slice(1, [pixels(encapsulate([Buffer.alloc(100)], { ended: false }), undefinedLength)], {
      syntaxUid: rle,
    }),
    'TRUNCATED_FILE',
  ),
  one(
    'encapsulated pixels of garbage',
    slice(1, [pixels(Buffer.alloc(100, 3), undefinedLength)], { syntaxUid: rle }),
    'CORRUPT_DICOM',
  ),
  one(
    'a deflated bomb',
    slice(1, [pixels(Buffer.alloc(3_000_000))], { syntax: 'deflated' }),
    'DECOMPRESSED_TOO_LARGE',
    413,
  ),
  {
    name: 'deflated objects that are a bomb together',
    parts: [1, 2, 3].map((number) => [
      'study',
      slice(number, [us(0x0028_0010, 800), us(0x0028_0011, 800), pixels(Buffer.alloc(1_280_000))], {
        syntax: 'deflated',
      }),
    ]),
    status: 413,
    code: 'DECOMPRESSED_TOO_LARGE',
  },
  one(
    'a deflated object that is damaged',
    slice(1, [], { syntax: 'deflated' }).fill(255, 350, 400),
    'CORRUPT_DICOM',
  ),
  one(
    'a transfer syntax of its own',
    slice(1, [], { syntaxUid: '1.3.46.670589.1' }),
    'UNSUPPORTED_TRANSFER_SYNTAX',
  ),
  {
    name: 'very many images',
    parts: [1, 2].map((number) => ['study', manyImages(number, 4)]),
    status: 413,
    code: 'TOO_MANY_FILES',
  },
  one(
    'images of which very much is said',
    manyImages(1, 4, [0x0008_0008, 0x0018_0021, 0x0018_0022].map(longest)),
    'TOO_MANY_FILES',
    413,
  ),
  one('more images than its pixels are', manyImages(1, 1), 'CORRUPT_DICOM'),
  one('no rows', slice(1, [us(0x0028_0010, 0)]), 'INVALID_ATTRIBUTE'),
];

const studies: readonly Refusal[] = [
  {
    name: 'two studies in one zip',
    parts: [['study', zipOf(slice(), slice(2, [otherStudy]))]],
    status: 422,
    code: 'MIXED_STUDIES',
  },
  {
    name: 'T1W and T2W of two studies',
    parts: [
      ['t1w', slice()],
      ['t2w', slice(2, [otherStudy])],
    ],
    status: 422,
    code: 'MIXED_STUDIES',
  },
  { name: 'NIfTI as a study', parts: [['study', volume()]], status: 422, code: 'NOT_DICOM' },
  {
    name: 'DICOM as a mask',
    parts: [
      ['t1w', slice()],
      ['t1w_liver_mask', slice()],
    ],
    status: 422,
    code: 'NOT_NIFTI',
  },
  {
    name: 'a mask without any image of its sequence',
    parts: [
      ['t2w', slice()],
      ['t1w_liver_mask', volume({ datatype: 'uint8' })],
    ],
    status: 400,
    code: 'INVALID_REQUEST',
  },
  {
    name: 'NIfTI twice',
    parts: [
      ['t1w', volume()],
      ['t1w', volume()],
    ],
    status: 400,
    code: 'DUPLICATE_PART',
  },
  {
    name: 'NIfTI, then DICOM of the same name',
    parts: [
      ['t1w', volume()],
      ['t1w', slice()],
    ],
    status: 400,
    code: 'DUPLICATE_PART',
  },
  {
    name: 'DICOM, then NIfTI of the same name',
    parts: [
      ['t1w', slice()],
      ['t1w', volume()],
    ],
    status: 400,
    code: 'DUPLICATE_PART',
  },
  {
    name: 'metadata that is wrong, after everything',
    parts: [
      ['study', zipOf(slice())],
      ['metadata', '{"series":{"t1w":7}}'],
    ],
    status: 400,
    code: 'INVALID_METADATA',
  },
  {
    name: 'a model that is not served',
    parts: [
      ['study', zipOf(slice())],
      ['metadata', '{"model":"oracle"}'],
    ],
    status: 422,
    code: 'MODEL_NOT_FOUND',
  },
];

describe('refused, with nothing left behind', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi({ settings });
  });
  after(async () => api[Symbol.asyncDispose]());

  for (const { name, parts, status, code } of [...archives, ...objects, ...studies]) {
    test(name, async () => {
      const response = await postStudy(api.url, parts);
      const problem = await problemOf(response);
      assert.deepEqual([response.status, problem.code], [status, code], problem.detail);
      assert.doesNotMatch(JSON.stringify(problem), /99999|Xyloquist|IM\d|colleague/);
      assert.deepEqual(await api.traces(), noTraces);
    });
  }
});

function us(tag: number, value: number): BuiltElement {
  return { tag, vr: 'US', value: [value] };
}

/** A sequence that we read within itself, so many times. */
function nested(depth: number): BuiltElement {
  const open = Buffer.concat([
    Buffer.from('0052299253510000ffffffff', 'hex'),
    Buffer.from('feff00e0ffffffff', 'hex'),
  ]);
  const end = Buffer.from('feff0de000000000feffdde000000000', 'hex');
  const levels = Buffer.concat([
    ...Array.from({ length: depth }, () => open),
    ...Array.from({ length: depth }, () => end),
  ]);
  return { tag: 0x5200_9229, vr: 'SQ', value: levels.subarray(12), length: undefinedLength };
}
