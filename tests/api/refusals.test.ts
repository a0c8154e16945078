import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { NiftiSpec } from '../../packages/imaging/src/testing/nifti-builder.ts';
import { type ApiUnderTest, noTraces, startApi } from './api-under-test.ts';
import { storeKinds } from './store-under-test.ts';
import { type Parts, postStudy, problemOf } from './study-form.ts';
import { gzip, mask, moved, stretched, volume } from './volumes.ts';

interface Refusal {
  readonly name: string;
  readonly parts: Parts;
  readonly status: number;
  readonly code: string;
  readonly where?: string;
}

const t1w = volume();
const image = (name: string, bytes: Uint8Array<ArrayBuffer>, status: number, code: string): Refusal => ({
  name,
  parts: [['t1w', bytes]],
  status,
  code,
  where: 'part t1w',
});
const withHeader = (header: NiftiSpec['header'] & object) => volume({ header });

const requests: readonly Refusal[] = [
  { name: 'no part', parts: [], status: 400, code: 'NO_SEQUENCE' },
  { name: 'metadata alone', parts: [['metadata', '{}']], status: 400, code: 'NO_SEQUENCE' },
  { name: 'a mask alone', parts: [['t1w_liver_mask', mask()]], status: 400, code: 'NO_SEQUENCE' },
  {
    name: 'a mask of the other sequence',
    parts: [
      ['t2w_liver_mask', mask()],
      ['t1w', t1w],
    ],
    status: 400,
    code: 'INVALID_REQUEST',
    where: 'part t2w_liver_mask',
  },
  {
    name: 'an unknown part',
    parts: [
      ['t1w', t1w],
      ['t3w', t1w],
    ],
    status: 400,
    code: 'UNKNOWN_PART',
    where: 'part number 2',
  },
  {
    name: 'a part named like a prototype',
    parts: [
      ['t1w', t1w],
      ['__proto__', t1w],
    ],
    status: 400,
    code: 'UNKNOWN_PART',
  },
  {
    name: 'a part twice',
    parts: [
      ['t1w', t1w],
      ['t1w', t1w],
    ],
    status: 400,
    code: 'DUPLICATE_PART',
    where: 'part t1w',
  },
  {
    name: 'too many parts',
    parts: [
      ['t1w', t1w],
      ['t2w', t1w],
      ['t1w_liver_mask', mask()],
      ['t2w_liver_mask', mask()],
      ['metadata', '{}'],
      ['more', 'x'],
    ],
    status: 413,
    code: 'TOO_MANY_PARTS',
  },
  {
    name: 'metadata that is no JSON',
    parts: [
      ['t1w', t1w],
      ['metadata', '{'],
    ],
    status: 400,
    code: 'INVALID_METADATA',
    where: 'part metadata',
  },
  {
    name: 'metadata that is too long',
    parts: [
      ['t1w', t1w],
      ['metadata', JSON.stringify({ externalReference: 'x'.repeat(2_000) })],
    ],
    status: 400,
    code: 'INVALID_METADATA',
    where: 'part metadata',
  },
  {
    name: 'an unknown model',
    parts: [
      ['t1w', t1w],
      ['metadata', '{"model":"oracle"}'],
    ],
    status: 422,
    code: 'MODEL_NOT_FOUND',
  },
  {
    name: 'a file larger than allowed',
    parts: [['t1w', stretched([100, 100, 100], 4_000_000, { datatype: 'float32' })]],
    status: 413,
    code: 'UPLOAD_TOO_LARGE',
    where: 'part t1w',
  },
];

const images: readonly Refusal[] = [
  image('an empty file', new Uint8Array(0), 422, 'EMPTY_FILE'),
  image('a single byte', new Uint8Array(1), 422, 'TRUNCATED_FILE'),
  image('no NIfTI', new TextEncoder().encode('text'.repeat(200)), 422, 'NOT_NIFTI'),
  image('a gzip of no NIfTI', gzip(new Uint8Array(5_000).fill(7)), 422, 'NOT_NIFTI'),
  image('the header of a pair', volume().fill(0x69, 345, 346), 422, 'NOT_NIFTI'),
  image('a truncated gzip', gzip(t1w).subarray(0, -200), 422, 'TRUNCATED_FILE'),
  image('a damaged gzip', gzip(t1w).fill(0xff, 40, 90), 422, 'CORRUPT_GZIP'),
  image('a gzip of nothing', gzip(new Uint8Array(0)), 422, 'EMPTY_FILE'),
  image(
    'a gzip bomb behind a small header',
    gzip(stretched([16, 16, 16], 50_000_000)),
    422,
    'INVALID_HEADER',
  ),
  image('a gzip bomb without a header', gzip(new Uint8Array(50_000_000)), 422, 'NOT_NIFTI'),
  image('fewer voxels than the header claims', t1w.subarray(0, -2), 422, 'TRUNCATED_FILE'),
  image('dimensions far beyond the file', stretched([99, 100, 101], 0), 422, 'TRUNCATED_FILE'),
  image('too many voxels', stretched([101, 100, 100], 0), 413, 'TOO_MANY_VOXELS'),
  image(
    'more bytes than allowed',
    stretched([100, 100, 100], 0, { datatype: 'float64' }),
    413,
    'DECOMPRESSED_TOO_LARGE',
  ),
  image('zero spacing', withHeader({ pixdim: [1, 1, 0, 1] }), 422, 'INVALID_SPACING'),
  image('NaN spacing', withHeader({ pixdim: [1, 1, 1, Number.NaN] }), 422, 'INVALID_SPACING'),
  image(
    'a singular affine',
    withHeader({ srow: [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0] }),
    422,
    'INVALID_AFFINE',
  ),
  image(
    'an affine of NaN',
    withHeader({ srow: Array.from({ length: 12 }, () => Number.NaN) }),
    422,
    'INVALID_AFFINE',
  ),
  image('nothing but NaN', volume({ datatype: 'float32', voxel: () => Number.NaN }), 422, 'NO_FINITE_VOXELS'),
  image('a constant image', volume({ voxel: () => 9 }), 422, 'CONSTANT_IMAGE'),
  image('RGB', withHeader({ datatype: [128], bitpix: [24] }), 422, 'UNSUPPORTED_DATATYPE'),
  image('a 4-D series', withHeader({ dim: [4, 16, 16, 8, 2, 1, 1, 1] }), 422, 'UNSUPPORTED_DIMENSIONS'),
  image('a 2-D image', withHeader({ dim: [2, 64, 64, 1, 1, 1, 1, 1] }), 422, 'UNSUPPORTED_DIMENSIONS'),
];

const masks: readonly Refusal[] = [
  {
    name: 'a mask of another shape',
    parts: [
      ['t1w', t1w],
      ['t1w_liver_mask', mask({ dims: [16, 8, 32] })],
    ],
    status: 422,
    code: 'MASK_MISMATCH',
    where: 'part t1w_liver_mask',
  },
  {
    name: 'a mask elsewhere, sent before its image',
    parts: [
      ['t1w_liver_mask', mask({ affine: moved(5) })],
      ['t1w', t1w],
    ],
    status: 422,
    code: 'MASK_MISMATCH',
    where: 'part t1w_liver_mask',
  },
  {
    name: 'an empty mask',
    parts: [
      ['t1w', t1w],
      ['t1w_liver_mask', mask({ voxel: () => 0 })],
    ],
    status: 422,
    code: 'EMPTY_MASK',
    where: 'part t1w_liver_mask',
  },
];

const refusals = [...requests, ...images, ...masks];

for (const store of storeKinds) {
  describe(`refused, with nothing left behind in the ${store} store`, () => {
    let api: ApiUnderTest;
    before(async () => {
      api = await startApi({ store, settings: { partsMax: 5 } });
    });
    after(async () => api[Symbol.asyncDispose]());

    for (const { name, parts, status, code, where } of refusals) {
      test(name, async () => {
        const response = await postStudy(api.url, parts);
        const problem = await problemOf(response);
        assert.deepEqual([response.status, problem.code], [status, code], problem.detail);
        assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
        assert.equal(problem.status, status);
        if (where !== undefined) assert.ok(problem.where?.startsWith(where), problem.where);
        assert.deepEqual(await api.traces(), noTraces);
      });
    }

    test('every refusal was counted by its code', async () => {
      const { values } = (await api.deps.registry
        .getSingleMetric('hepastage_refused_uploads_total')
        ?.get()) ?? { values: [] };
      const expected = Map.groupBy(refusals, ({ code }) => code);
      assert.deepEqual(
        Object.fromEntries(values.map(({ labels, value }) => [labels['code'], value])),
        Object.fromEntries([...expected].map(([code, cases]) => [code, cases.length])),
      );
    });
  });
}
