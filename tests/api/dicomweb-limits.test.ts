import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { JobRecordJson } from '@hepastage/proto';
import { encapsulate } from '../../packages/dicom/src/testing/dicom-builder.ts';
import { text } from '../../packages/dicom/src/testing/mr-object.ts';
import { stow } from '../helpers/stow.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { complete, indexOf } from './arriving-study.ts';
import { slice, sliceOf, sopUid } from './dicom-objects.ts';

/** An object of 60,000 images of 16 pixels, or fewer: 2 MB, and 20 MB of index. */
const manyFrames = (number: number, edge = 4) =>
  slice(number, {
    0x0028_0008: text(0x0028_0008, 'IS', '60000'),
    0x0028_0010: { tag: 0x0028_0010, vr: 'US', value: [edge] },
    0x0028_0011: { tag: 0x0028_0011, vr: 'US', value: [edge] },
    0x7fe0_0010: { tag: 0x7fe0_0010, vr: 'OW', value: Array.from({ length: 60_000 * edge ** 2 }, () => 1) },
  });

/** An object of 60,000 compressed images, of which the file has but the heads of their fragments. */
const emptyFrames = () =>
  slice(
    1,
    {
      0x0028_0008: text(0x0028_0008, 'IS', '60000'),
      0x7fe0_0010: {
        tag: 0x7fe0_0010,
        vr: 'OB',
        value: encapsulate(Array.from({ length: 60_000 }, () => Buffer.alloc(0))),
        length: 0xff_ff_ff_ff,
      },
    },
    '1.2.840.10008.1.2.5',
  );

const onePixel = {
  0x0028_0010: { tag: 0x0028_0010, vr: 'US', value: [1] },
  0x0028_0011: { tag: 0x0028_0011, vr: 'US', value: [1] },
  0x7fe0_0010: { tag: 0x7fe0_0010, vr: 'OW', value: [1] },
};

async function completed(api: ApiUnderTest): Promise<JobRecordJson> {
  return (await (await complete(api)).json()) as JobRecordJson;
}

const endOf = ({ state, error }: JobRecordJson) => [state, error?.code];

test('a request brings no more images than a study may have, in however few objects; one that comes again counts once', async () => {
  await using api = await startApi();
  const first = await stow(api.url, [manyFrames(1), manyFrames(2), slice(3)]);
  assert.deepEqual(
    [first.status, first.stored, first.failures],
    [202, [sopUid(1), sopUid(3)], { [sopUid(2)]: 0xa7_00 }],
  );
  await stow(api.url, [manyFrames(1)]);
  const record = await completed(api);
  assert.deepEqual(endOf(record), ['QUEUED', undefined]);
  assert.equal((await indexOf(api, record.jobId!, 40_000_000)).length, 2);
});

test('an object claims no more images than its pixel data can hold', async () => {
  await using api = await startApi();
  for (const object of [manyFrames(1, 1), emptyFrames()]) {
    const answer = await stow(api.url, [object, slice(2)]);
    assert.deepEqual([answer.status, answer.stored], [202, [sopUid(2)]]);
    assert.deepEqual(Object.keys(answer.failures), [sopUid(1)]);
  }
  await using another = await startApi();
  assert.equal((await stow(another.url, [slice(1, onePixel)])).status, 200, 'a single image may be small');
});

test('a request brings no larger index than a study may have, in however few objects; what fits is stored', async () => {
  await using api = await startApi({ settings: { indexBytesMax: 8_000 } });
  // Each of its 20 images has all 32 values.
  const talkative = slice(1, {
    0x0008_0008: text(0x0008_0008, 'CS', Array.from({ length: 32 }, () => 'M').join('\\')),
    0x0028_0008: text(0x0028_0008, 'IS', '20'),
    0x7fe0_0010: { tag: 0x7fe0_0010, vr: 'OW', value: Array.from({ length: 20 * 64 }, () => 1) },
  });
  const answer = await stow(api.url, [talkative, slice(2)]);
  assert.deepEqual([answer.status, answer.failures], [202, { [sopUid(1)]: 0xa7_00 }]);
  const objects = Array.from({ length: 12 }, (_, n) => sliceOf('2.25.1', n));
  const many = await stow(api.url, objects);
  assert.equal(many.status, 202);
  assert.ok(many.stored.length > 2 && many.stored.length < 12, String(many.stored.length));
  const record = (await (await complete(api, { studyInstanceUid: '2.25.1' })).json()) as JobRecordJson;
  assert.deepEqual(endOf(record), ['QUEUED', undefined]);
  assert.equal((await indexOf(api, record.jobId!)).length, many.stored.length);
});

test('of large indexes one is made and written at a time', async (context) => {
  await using api = await startApi();
  const { store } = api.deps;
  const write = store.writeBytes.bind(store);
  let now = 0;
  let most = 0;
  context.mock.method(store, 'writeBytes', async (...given: Parameters<typeof write>) => {
    if (!given[0].includes('/input/arrival-')) return write(...given);
    now += 1;
    most = Math.max(most, now);
    // Long enough for another to come.
    await setTimeout(300);
    return write(...given).finally(() => (now -= 1));
  });
  const objects = [manyFrames(1), manyFrames(2), manyFrames(3)];
  const answers = await Promise.all(objects.map(async (object) => stow(api.url, [object])));
  assert.deepEqual([answers.map(({ status }) => status), most], [[200, 200, 200], 1]);
});

test('a study of more images than allowed fails, though no request brought too many', async () => {
  await using api = await startApi();
  for (const number of [1, 2]) assert.equal((await stow(api.url, [manyFrames(number)])).status, 200);
  assert.deepEqual(endOf(await completed(api)), ['FAILED', 'TOO_MANY_FILES']);
});

test('requests that brought more of an index than allowed are not even read', async () => {
  await using api = await startApi({ settings: { indexBytesMax: 5_000 } });
  for (let n = 1; n <= 8; n++) assert.equal((await stow(api.url, [slice(n)])).status, 200);
  const { store } = api.deps;
  const readBytes = store.readBytes.bind(store);
  const read: string[] = [];
  store.readBytes = async (key, ...rest) => {
    read.push(key);
    return readBytes(key, ...rest);
  };
  assert.deepEqual(endOf(await completed(api)), ['FAILED', 'TOO_MANY_FILES']);
  assert.deepEqual(
    read.filter((key) => key.includes('/arrival-')),
    [],
  );
});

test('studies that are closed at the same time are each whole', async () => {
  await using api = await startApi();
  const studies = Array.from({ length: 12 }, (_, n) => `2.25.${n + 1}`);
  for (const study of studies) {
    for (const number of [1, 2]) await stow(api.url, [sliceOf(study, number)]);
  }
  const answers = await Promise.all(studies.map(async (study) => complete(api, { studyInstanceUid: study })));
  for (const answer of answers) {
    const { jobId } = (await answer.json()) as JobRecordJson;
    assert.equal((await indexOf(api, jobId!)).length, 2);
  }
});
