import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobRecordJson } from '@hepastage/proto';
import { text } from '../../packages/dicom/src/testing/mr-object.ts';
import { stow } from '../helpers/stow.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { complete, indexOf } from './arriving-study.ts';
import { slice, sliceOf, sopUid } from './dicom-objects.ts';

/** An object of 60,000 images of one pixel: 120 kB, and 20 MB of index. */
const manyFrames = (number: number) =>
  slice(number, {
    0x0028_0008: text(0x0028_0008, 'IS', '60000'),
    0x0028_0010: { tag: 0x0028_0010, vr: 'US', value: [1] },
    0x0028_0011: { tag: 0x0028_0011, vr: 'US', value: [1] },
    0x7fe0_0010: { tag: 0x7fe0_0010, vr: 'OW', value: Array.from({ length: 60_000 }, () => 1) },
  });

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
