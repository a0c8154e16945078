import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { objectKeys } from '@hepastage/platform';
import { readPart10 } from '@hepastage/dicom';
import {
  decodeText,
  type DicomStudy,
  DicomStudySchema,
  JobRecordSchema,
  Sequence,
  StudyInput_Role,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import { encapsulate } from '../../packages/dicom/src/testing/dicom-builder.ts';
import { identifying, mrObjectUids, text } from '../../packages/dicom/src/testing/mr-object.ts';
import { buildCsaHeader } from '../../packages/imaging/src/dicom/testing/csa-builder.ts';
import { type ApiUnderTest, noTraces, startApi, tenant } from './api-under-test.ts';
import { slice, zipOf } from './dicom-studies.ts';
import { eventually } from './eventually.ts';
import { RawUpload } from './raw-upload.ts';
import { type Parts, postStudy, problemOf } from './study-form.ts';
import { storeKinds } from './store-under-test.ts';
import { volume } from './volumes.ts';

const note = new TextEncoder().encode('Dear colleague, please find enclosed. '.repeat(20));
const ct = [text(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.2'), text(0x0008_0060, 'CS', 'CT')];
const undefinedLength = 0xff_ff_ff_ff;

interface Accepted {
  readonly request: StudyRequest;
  readonly study: DicomStudy | undefined;
}

async function accepted({ url, deps }: ApiUnderTest, parts: Parts): Promise<Accepted> {
  const response = await postStudy(url, parts);
  const body = await response.text();
  assert.equal(response.status, 202, body);
  const { jobId } = decodeText(JobRecordSchema, body);
  const json = async (key: string) => (await deps.store.readBytes(key, 1e7))?.toString();
  const request = decodeText(StudyRequestSchema, (await json(objectKeys.request(tenant, jobId)))!);
  const index = await json(objectKeys.input(tenant, jobId, 'study.json'));
  return { request, study: index === undefined ? undefined : decodeText(DicomStudySchema, index) };
}

for (const store of storeKinds) {
  describe(`a study that is let in, in the ${store} store`, () => {
    let api: ApiUnderTest;
    before(async () => {
      api = await startApi({ store });
    });
    after(async () => api[Symbol.asyncDispose]());
    const hash = (uid: string) => api.deps.uidHasherOf(tenant)(uid);

    test('what is stored is what its index says, and nothing that identifies', async () => {
      const { request, study } = await accepted(api, [['study', zipOf(slice(1), slice(2), slice(3))]]);
      assert.equal(request.studyInstanceUid, hash(mrObjectUids.study));
      assert.deepEqual(
        request.inputs.map(({ role }) => role),
        [StudyInput_Role.DICOM_STUDY],
      );
      assert.deepEqual(
        study?.instances.map(({ sopInstanceUid }) => sopInstanceUid),
        [1, 2, 3].map((number) => hash(`${mrObjectUids.series}.${number}`)),
      );
      for (const instance of study.instances) {
        const file = await api.deps.store.readBytes(instance.key, 1e6);
        assert.equal(file?.length, instance.bytes);
        assert.equal(createHash('sha256').update(file).digest('hex'), instance.sha256);
        const { dataSet, pixelData } = readPart10(file, { decompressedBytesMax: 1e6 });
        assert.deepEqual(dataSet.SOPInstanceUID, [instance.sopInstanceUid]);
        assert.ok(pixelData?.kind === 'native' && pixelData.bytes.length === 128);
        const bytes = file.toString('latin1') + JSON.stringify(instance.words);
        for (const value of [...Object.values(identifying), ...Object.values(mrObjectUids)]) {
          assert.ok(!bytes.includes(value));
        }
      }
    });

    test('what is no MR image is passed over, and counted', async () => {
      const files = [
        note,
        slice(1),
        slice(2, ct),
        note,
        slice(3, [], { syntaxUid: '1.2.840.10008.1.2.4.102' }),
      ];
      const { study } = await accepted(api, [['study', zipOf(...files)]]);
      assert.equal(study?.instances.length, 1);
      assert.deepEqual(
        study.skipped.map(({ code, count }) => [code, count]),
        [
          ['NOT_DICOM', 2],
          ['WRONG_MODALITY', 1],
          ['UNSUPPORTED_TRANSFER_SYNTAX', 1],
        ],
      );
    });

    test('an instance that comes twice is there once', async () => {
      const { study } = await accepted(api, [
        ['study', zipOf(slice(1), slice(2))],
        ['study', slice(1)],
      ]);
      assert.equal(study?.instances.length, 2);
    });

    test('any way of writing is kept alike', async () => {
      const { study } = await accepted(api, [
        ['study', slice(1)],
        ['study', slice(2, [], { syntax: 'implicit' })],
        ['study', slice(3, [], { syntax: 'big-endian' })],
        ['study', slice(4, [], { syntax: 'deflated' })],
        ['study', slice(5, [], { meta: 'none' })],
        ['study', slice(6, [], { meta: 'no-preamble' })],
      ]);
      const syntaxes = study!.instances.map(({ transferSyntaxUid }) => transferSyntaxUid);
      assert.deepEqual(new Set(syntaxes), new Set(['1.2.840.10008.1.2.1']));
      for (const [n, { key }] of study!.instances.entries()) {
        const { pixelData } = readPart10((await api.deps.store.readBytes(key, 1e6))!, {
          decompressedBytesMax: 1e6,
        });
        assert.ok(pixelData?.kind === 'native');
        assert.equal(Buffer.from(pixelData.bytes).readUInt16LE(2), 37 + 11 * (n + 1));
      }
    });

    test('compressed pixels, and large ones, are kept as they came', async () => {
      const pixels = encapsulate([Buffer.alloc(1_500_000, 5), Buffer.alloc(200, 6)]);
      const element = { tag: 0x7fe0_0010, vr: 'OB', value: pixels, length: undefinedLength };
      const { study } = await accepted(api, [
        ['study', slice(1, [element], { syntaxUid: '1.2.840.10008.1.2.5' })],
      ]);
      const file = await api.deps.store.readBytes(study!.instances[0]!.key, 1e7);
      assert.deepEqual(file!.subarray(-pixels.length), pixels);
    });

    test('a deflated object may be followed by anything, and the form goes on', async () => {
      const deflated = slice(1, [], { syntax: 'deflated' });
      const padded = new Uint8Array(deflated.length + 400_000);
      padded.set(deflated);
      const { study } = await accepted(api, [
        ['study', padded],
        ['study', zipOf(padded, slice(2))],
        ['study', slice(3)],
      ]);
      assert.equal(study?.instances.length, 3);
    });
  });
}

describe('forms of all kinds', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi();
  });
  after(async () => api[Symbol.asyncDispose]());

  const t2Series = text(0x0020_000e, 'UI', '1.3.6.1.4.1.99999.1.5');
  test('T1W as parts, T2W as a zip', async () => {
    const { request, study } = await accepted(api, [
      ['t1w', slice(1)],
      ['t2w', zipOf(slice(11, [t2Series]), slice(12, [t2Series]))],
      ['t1w', slice(2)],
    ]);
    assert.equal(request.inputs.length, 1);
    assert.deepEqual(
      study?.instances.map(({ sequence }) => sequence),
      [Sequence.T1W, Sequence.T2W, Sequence.T2W, Sequence.T1W],
    );
  });

  test('T1W as NIfTI, T2W as DICOM', async () => {
    const { request, study } = await accepted(api, [
      ['t1w', volume()],
      ['t2w', slice(1)],
    ]);
    assert.deepEqual(
      request.inputs.map(({ role, sequence }) => [role, sequence]),
      [
        [StudyInput_Role.IMAGE, Sequence.T1W],
        [StudyInput_Role.DICOM_STUDY, Sequence.SEQUENCE_UNSPECIFIED],
      ],
    );
    assert.deepEqual(
      study?.instances.map(({ sequence }) => sequence),
      [Sequence.T2W],
    );
  });

  test('series chosen in metadata that come last: by number as it is, by UID as its hash', async () => {
    const series = { t1w: '4', t2w: mrObjectUids.series };
    const { request } = await accepted(api, [
      ['study', zipOf(slice())],
      ['metadata', JSON.stringify({ series })],
    ]);
    const chosen = request.metadata?.series;
    const hashed = api.deps.uidHasherOf(tenant)(mrObjectUids.series);
    assert.deepEqual([chosen?.t1w, chosen?.t2w], ['4', hashed]);
  });

  test('of a mosaic the direction of its slices is known, though its header is not kept', async () => {
    const header = buildCsaHeader({ NumberOfImagesInMosaic: ['4'], SliceNormalVector: ['0', '0.6', '0.8'] });
    const { study } = await accepted(api, [
      [
        'study',
        slice(1, [
          text(0x0008_0008, 'CS', 'ORIGINAL\\PRIMARY\\M\\MOSAIC'),
          text(0x0029_0010, 'LO', 'SIEMENS CSA HEADER'),
          { tag: 0x0029_1010, vr: 'OB', value: header },
        ]),
      ],
    ]);
    const { mosaic, key } = study!.instances[0]!;
    assert.deepEqual([mosaic?.tiles, mosaic?.normal], [4, [0, 0.6, 0.8]]);
    assert.ok(!(await api.deps.store.readBytes(key, 1e6))!.includes('SliceNormalVector'));
  });

  test('a large object that is none to be staged is no harm', async () => {
    const report = [
      text(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.104.1'),
      { tag: 0x0042_0011, vr: 'OB', value: Buffer.alloc(400_000) },
    ];
    await using small = await startApi({ settings: { headerBytesMax: 300_000 } });
    const { study } = await accepted(small, [['study', zipOf(slice(1, report), slice(2))]]);
    assert.deepEqual(
      study?.skipped.map(({ code, count }) => [code, count]),
      [['WRONG_MODALITY', 1]],
    );
  });
});

test('a client that vanishes within a zip leaves nothing behind', async () => {
  const large = { tag: 0x7fe0_0010, vr: 'OW', value: Buffer.alloc(500_000, 9) };
  const zip = zipOf(...Array.from({ length: 8 }, (_, n) => slice(n + 1, [large])), {
    name: 'stored',
    content: Buffer.from(slice(20, [large])),
    method: 0,
  });
  await using api = await startApi();
  const active = async () => {
    const metric = await api.deps.registry.getSingleMetric('hepastage_uploads_active')?.get();
    return metric?.values[0]?.value;
  };
  for (const share of [0.01, 0.3, 0.6, 0.95]) {
    const upload = await RawUpload.begin(api.url, 'study', zip.length + 1_000);
    await upload.send(zip.subarray(0, Math.floor(share * zip.length)));
    await eventually(active, 1);
    upload.vanish();
    await eventually(active, 0);
    assert.deepEqual(await api.traces(), noTraces);
  }
});

for (const method of ['writeBytes', 'write'] as const) {
  test(`a store that fails at a later object (${method}) refuses the study, and nothing stays`, async (context) => {
    await using api = await startApi();
    const { store } = api.deps;
    const real = store[method].bind(store) as (...given: unknown[]) => Promise<unknown>;
    let calls = 0;
    context.mock.method(store, method, async (...given: unknown[]) => {
      calls += 1;
      if (calls === 3) throw new Error('no space left');
      return real(...given);
    });
    const bytes = method === 'write' ? 1_200_000 : 128;
    const pixels = { tag: 0x7fe0_0010, vr: 'OW', value: Buffer.alloc(bytes) };
    const files = Array.from({ length: 12 }, (_, n) => slice(n + 1, [pixels]));
    for (const parts of [
      [['study', zipOf(...files.slice(0, 3))]],
      files.slice(0, 3).map((file) => ['study', file]),
    ]) {
      calls = 0;
      const response = await postStudy(api.url, parts as unknown as Parts);
      const { code } = await problemOf(response);
      assert.ok(response.status >= 500, code);
      assert.deepEqual(await api.traces(), noTraces);
    }
  });
}

test('without the object store a DICOM study is refused, and may be sent again', async () => {
  await using api = await startApi({ store: 'unreachable' });
  const response = await postStudy(api.url, [
    ['study', zipOf(...Array.from({ length: 9 }, (_, n) => slice(n)))],
  ]);
  const { code, retryable } = await problemOf(response);
  assert.deepEqual([response.status, code, retryable], [503, 'STORE_UNAVAILABLE', true]);
});
