import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { test } from 'node:test';
import { QueueInspector, queueName, queuePrefix } from '@hepastage/platform';
import type { JobRecordJson } from '@hepastage/proto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { leakingNothing } from '../helpers/leaks.ts';
import { samplesOf } from '../helpers/metrics.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { startService } from '../helpers/service-process.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { startApi } from './api-under-test.ts';
import { eventually } from './eventually.ts';
import { postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';
import { submit } from './worker-stand-in.ts';

test('a queue that is too old turns studies away before their bodies are read, over DICOMweb, too; jobs can still be polled', async () => {
  await using api = await startApi({ settings: { queueAgeSecondsMax: 1 } });
  const jobId = await submit(api);
  const waiting = [jobId];
  await eventually(async () => {
    await api.admission.look();
    const response = await postStudy(api.url, [['t1w', volume()]]);
    // Others are taken until it is old enough.
    if (response.status === 202) return waiting.push(((await response.json()) as JobRecordJson).jobId!);
    return (await problemOf(response)).code;
  }, 'OVERLOADED');
  const isOpen = async () => (await samplesOf(api.url, 'hepastage_admission_open'))[0]?.value;
  assert.equal(await isOpen(), 0);
  const stow = await fetch(`${api.url}/dicomweb/studies`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/related; type="application/dicom"; boundary=b' },
    body: 'never looked at',
  });
  assert.deepEqual([stow.status, stow.headers.get('retry-after')], [503, '30']);
  assert.equal((await fetch(`${api.url}/v1/jobs/${jobId}`)).status, 200);
  for (const job of waiting) await api.deps.queue.remove(job);
  await api.admission.look();
  assert.equal(await isOpen(), 1);
  await submit(api);
});

test('studies come in while an operator has the queue paused, and when it goes on after hours; that it is paused can be seen', async () => {
  await using api = await startApi();
  const { config, logger } = api.deps;
  const operator = await QueueInspector.open({ ...config, logger });
  const connection = new Redis(config.redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue(queueName, { connection, prefix: queuePrefix(config.redisPrefix) });
  const now = async () => {
    await api.admission.look();
    const response = await postStudy(api.url, [['t1w', volume()]]);
    const answer = response.status === 202 ? 'accepted' : (await problemOf(response)).code;
    const [paused] = await samplesOf(api.url, 'hepastage_queue_paused');
    return [answer, paused?.value];
  };
  try {
    await queue.add('stage', {}, { timestamp: Date.now() - 2 * 3_600_000, priority: 1 });
    assert.deepEqual(await now(), ['OVERLOADED', 0]);
    await operator.pause();
    assert.deepEqual(await now(), ['accepted', 1]);
    await operator.resume();
    assert.deepEqual(await now(), ['accepted', 0]);
  } finally {
    await Promise.all([queue.close(), operator.close()]);
    connection.disconnect();
  }
});

test(
  'a Redis that is full, and a store that may not be written to, are told apart, by a service that goes on when they are well again',
  leakingNothing(async () => {
    await using redis = await startLocalRedis();
    await using folder = await temporaryDirectory('objects');
    const client = new Redis(redis.url);
    try {
      await using api = await startService('api', {
        REDIS_URL: redis.url,
        HEPASTAGE_REDIS_PREFIX: redis.prefix,
        HEPASTAGE_OBJECT_STORE: folder.path,
        HEPASTAGE_ADMISSION_MS: '100',
      });
      const answer = async () => {
        const response = await postStudy(api.url, [['t1w', volume()]]);
        return response.status === 202 ? 'accepted' : (await problemOf(response)).code;
      };
      assert.equal(await answer(), 'accepted');
      await client.config('SET', 'maxmemory', '1mb');
      await eventually(answer, 'QUEUE_FULL');
      await client.config('SET', 'maxmemory', '0');
      await eventually(answer, 'accepted');
      // Root may write anywhere: for it a file in the way is what can be made.
      if (process.getuid?.() !== 0) {
        await chmod(`${folder.path}/.unfinished`, 0o500);
        await eventually(answer, 'STORE_DENIED');
        await chmod(`${folder.path}/.unfinished`, 0o700);
        await eventually(answer, 'accepted');
      }
    } finally {
      client.disconnect();
    }
  }),
);
