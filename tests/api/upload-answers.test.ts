import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyStore } from '@hepastage/access';
import { samplesOf } from '../helpers/metrics.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { stow } from '../helpers/stow.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { bearer, issueKey, known } from './credentials.ts';
import { slice } from './dicom-objects.ts';
import { eventually } from './eventually.ts';
import { postStudy } from './study-form.ts';
import { volume } from './volumes.ts';

/** Sends a study by each of the doors. */
async function sendBoth(
  { url }: ApiUnderTest,
  headers: Readonly<Record<string, string>> = {},
): Promise<number[]> {
  const rest = await postStudy(url, [['t1w', volume()]], headers);
  await rest.arrayBuffer();
  const { status } = await stow(url, [slice(1)], { headers });
  return [rest.status, status];
}

/** Everything but 0, by door and class; an answer is counted once it is sent. */
async function answersAre({ url }: ApiUnderTest, expected: Record<string, number>): Promise<void> {
  await eventually(
    async () =>
      Object.fromEntries(
        (await samplesOf(url, 'hepastage_upload_answers_total'))
          .filter(({ value }) => value > 0)
          .map(({ labels, value }) => [`${labels['door']} ${labels['class']}`, value]),
      ),
    expected,
  );
}

async function refusalsOf({ url }: ApiUnderTest): Promise<Record<string, number>> {
  const samples = await samplesOf(url, 'hepastage_refused_uploads_total');
  return Object.fromEntries(samples.map(({ labels, value }) => [labels['code'], value]));
}

test('every class of every door begins at 0, and what is no upload changes nothing', async () => {
  await using api = await startApi();
  assert.equal((await fetch(`${api.url}/v1/studies`)).status, 405);
  assert.equal((await fetch(`${api.url}/v1/jobs/none`)).status, 404);
  const samples = await samplesOf(api.url, 'hepastage_upload_answers_total');
  assert.deepEqual(
    samples.map(({ labels, value }) => [labels['door'], labels['class'], value]),
    ['rest', 'dicomweb'].flatMap((door) => ['2xx', '3xx', '4xx', '5xx'].map((one) => [door, one, 0])),
  );
  assert.deepEqual(await refusalsOf(api), {});
});

test('whoever has no credentials, or those of somebody who may not, is refused and counted', async () => {
  await using api = await startApi({ settings: { authentication: 'required', metricsAccess: 'open' } });
  const { text } = await issueKey(api, 'a', ['jobs:read']);
  await known(api, text);
  assert.deepEqual(await sendBoth(api), [401, 401]);
  assert.deepEqual(await sendBoth(api, bearer(text)), [403, 403]);
  await answersAre(api, { 'rest 4xx': 2, 'dicomweb 4xx': 2 });
  assert.deepEqual(await refusalsOf(api), { UNAUTHENTICATED: 2, FORBIDDEN: 2 });
});

test('so is who sends too much: requests in a minute', async () => {
  await using api = await startApi({ settings: { requestsPerMinute: 2, metricsAccess: 'open' } });
  assert.deepEqual(await sendBoth(api), [202, 200]);
  assert.deepEqual(await sendBoth(api), [429, 429]);
  await answersAre(api, { 'rest 2xx': 1, 'dicomweb 2xx': 1, 'rest 4xx': 1, 'dicomweb 4xx': 1 });
  assert.deepEqual(await refusalsOf(api), { RATE_LIMITED: 2 });
});

test('so is who sends too much: studies in a day', async () => {
  await using api = await startApi();
  await new PolicyStore(api.deps.store, api.deps.audit).put('default', { studiesPerDay: 1 });
  assert.equal((await postStudy(api.url, [['t1w', volume()]])).status, 202);
  assert.deepEqual(await sendBoth(api), [429, 429]);
  assert.deepEqual(await refusalsOf(api), { QUOTA_EXCEEDED: 2 });
});

test('so are all, while no studies are taken', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  await redis.stop();
  await api.admission.look();
  assert.deepEqual(await sendBoth(api), [503, 503]);
  await answersAre(api, { 'rest 5xx': 1, 'dicomweb 5xx': 1 });
  assert.deepEqual(await refusalsOf(api), { QUEUE_UNAVAILABLE: 2 });
});

test('a request that its route refuses is counted once, by its code', async () => {
  await using api = await startApi();
  assert.equal((await postStudy(api.url, [['t1w', 'no image']])).status, 422);
  assert.equal((await fetch(`${api.url}/v1/studies`, { method: 'POST', body: 'text' })).status, 415);
  assert.equal((await stow(api.url, [slice(1)], { accept: 'text/html' })).status, 406);
  assert.equal((await stow(api.url, [slice(1)], { study: 'no-uid' })).status, 400);
  await answersAre(api, { 'rest 4xx': 2, 'dicomweb 4xx': 2 });
  assert.deepEqual(await refusalsOf(api), { NOT_NIFTI: 1, UNSUPPORTED_MEDIA_TYPE: 1, INVALID_REQUEST: 2 });
});
