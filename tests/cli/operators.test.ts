import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startApi } from '../api/api-under-test.ts';
import { submit } from '../api/worker-stand-in.ts';
import { hepastageWith } from '../helpers/command.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';

test('hepastage reconcile rebuilds a Redis that lost everything; hepastage audit tells what was done, and proves it', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  const settings = {
    REDIS_URL: redis.url,
    HEPASTAGE_REDIS_PREFIX: redis.prefix,
    HEPASTAGE_OBJECT_STORE: api.deps.store.description.replace(/^directory /, ''),
  };
  const jobs = [await submit(api), await submit(api)];
  await api.deps.redis.flushall();

  const rebuilt = await hepastageWith(settings, 'reconcile', '--json');
  assert.deepEqual([rebuilt.exitCode, JSON.parse(rebuilt.stdout)], [0, { 'restore-queued': 2 }]);
  for (const jobId of jobs) assert.equal(await api.deps.queue.state(jobId), 'waiting');
  const again = await hepastageWith(settings, 'reconcile');
  assert.deepEqual([again.exitCode, again.stdout.trim()], [0, '2 jobs: 2 none']);
  await api.deps.store.erase(`tenants/default/jobs/${jobs[1]}/request.json`);
  const lost = await hepastageWith(settings, 'reconcile');
  assert.equal(lost.exitCode, 1, 'what can’t be healed must be seen');
  assert.match(lost.stdout, new RegExp(`default ${jobs[1]} report-lost-request`));

  const listed = await hepastageWith(settings, 'audit', 'list', '--job', jobs[0]!);
  assert.match(listed.stdout, new RegExp(`default {2}anonymous {2}STUDY_ACCEPTED {2}${jobs[0]}\\n$`));
  const whole = await hepastageWith(settings, 'audit', 'verify', '--tenant', 'default', '--json');
  const { entries, head } = JSON.parse(whole.stdout) as { entries: number; head: string };
  assert.deepEqual([whole.exitCode, entries], [0, 2]);
  await api.deps.store.erase('audit/default/0000000002.json');
  const cut = await hepastageWith(settings, 'audit', 'verify', '--tenant', 'default', '--head', head);
  assert.equal(cut.exitCode, 1);
  assert.match(cut.stderr, /the audit log does not hold the head that is known/);
});

test('hepastage reconcile takes its times from the variables of the service', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  const folder = api.deps.store.description.replace(/^directory /, '');
  const key = 'tenants/default/jobs/01980000-0000-7000-8000-000000000000/input/t1w.nii.gz';
  await api.deps.store.writeBytes(key, new Uint8Array(4));
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(folder, key), anHourAgo, anHourAgo);
  const reconcileWith = async (settings: Record<string, string>, ...options: string[]) => {
    const run = await hepastageWith(
      {
        REDIS_URL: redis.url,
        HEPASTAGE_REDIS_PREFIX: redis.prefix,
        HEPASTAGE_OBJECT_STORE: folder,
        ...settings,
      },
      'reconcile',
      '--json',
      ...options,
    );
    return JSON.parse(run.stdout) as unknown;
  };

  assert.deepEqual(await reconcileWith({}), { none: 1 }, 'two hours by default');
  assert.deepEqual(
    await reconcileWith({ HEPASTAGE_ORPHAN_SECONDS: '1800' }, '--orphan-seconds', '7200'),
    { none: 1 },
    'an option goes before the variable',
  );
  assert.deepEqual(await reconcileWith({ HEPASTAGE_ORPHAN_SECONDS: '1800' }), { 'erase-orphan': 1 });
});
