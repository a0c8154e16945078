import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { type ObjectStore, openObjectStore } from '@hepastage/platform';
import { JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { Redis } from 'ioredis';
import { ApiClient } from '../../packages/cli/src/server/client.ts';
import { hepastageWith } from '../helpers/command.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { startService } from '../helpers/service-process.ts';
import { follow, phantomStudy, runToEnd } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

/** An object store that was lost and restored from a backup: docs/operations.md. */

const { t1w } = phantomStudy('mild');
const { SUCCEEDED } = JobRecord_State;

type Backup = ReadonlyMap<string, Uint8Array>;

function storeOf({ settings }: System): ObjectStore {
  const setting = (name: string) => settings[name]!;
  return openObjectStore(
    {
      objectStore: setting('HEPASTAGE_OBJECT_STORE'),
      objectStoreEndpoint: setting('S3_ENDPOINT'),
      objectStoreRegion: setting('AWS_REGION'),
    },
    {
      credentials: {
        accessKeyId: setting('AWS_ACCESS_KEY_ID'),
        secretAccessKey: setting('AWS_SECRET_ACCESS_KEY'),
      },
    },
  );
}

async function backUp(store: ObjectStore): Promise<Backup> {
  const objects = new Map<string, Uint8Array>();
  for await (const { key, bytes } of store.list('')) objects.set(key, (await store.readBytes(key, bytes))!);
  return objects;
}

async function restore(store: ObjectStore, backup: Backup): Promise<void> {
  for await (const folder of store.folders('')) await store.erase(`${folder}/`);
  for (const [key, bytes] of backup) await store.writeBytes(key, bytes);
}

/** Redis has outlived the store: jobs of before and after its backup, and two workers that came and went. */
async function rolledBack(system: System, store: ObjectStore) {
  const { client } = system;
  const worker = await system.startWorker();
  const before = await runToEnd(client, { t1w });
  const deleted = await runToEnd(client, { t1w });
  assert.equal(await worker.stop(), 0);
  const between = await client.submit({ t1w }, create(StudyMetadataSchema, {}));
  const backup = await backUp(store);

  const later = await system.startWorker();
  assert.equal((await follow(client, between)).state, SUCCEEDED);
  const since = await runToEnd(client, { t1w });
  await fetch(`${system.api.url}/v1/jobs/${deleted.jobId}`, { method: 'DELETE' });
  assert.deepEqual([await later.stop(), await system.api.stop()], [0, 0]);
  await restore(store, backup);
  return { before, deleted, between, since };
}

test('after the object store was restored from a backup Redis is emptied, too: what has a request and no result is staged again', async () => {
  await using redis = await startLocalRedis();
  await using system = await startSystem('s3', redis);
  await using opened = new AsyncDisposableStack();
  const store = opened.adopt(storeOf(system), async (it) => it.close());
  const { before, deleted, between, since } = await rolledBack(system, store);
  const { settings } = system;
  const reconciled = async (more = {}) => {
    const run = await hepastageWith({ ...settings, ...more }, 'reconcile', '--json');
    return [run.exitCode, JSON.parse(run.stdout)] as const;
  };

  // A state that a client has seen never changes: what Redis knows and the store does not is lost, and nobody looks for what came since.
  assert.deepEqual(await reconciled(), [1, { none: 1, 'report-lost-result': 1, 'restore-ended': 1 }]);
  assert.deepEqual(await reconciled(), [1, { none: 2, 'report-lost-result': 1 }], 'for ever');

  const rebuilt = { 'restore-ended': 2, 'restore-queued': 1 };
  assert.deepEqual(
    await reconciled({ HEPASTAGE_REDIS_PREFIX: '{restored}' }),
    [0, rebuilt],
    'a prefix that nobody has used is as good as an empty Redis',
  );
  const operator = opened.adopt(new Redis(redis.url), (it) => it.disconnect());
  await operator.flushdb();
  assert.deepEqual(await reconciled(), [0, rebuilt]);

  const api = opened.use(await startService('api', settings));
  const client = new ApiClient(api.url);
  opened.use(await startService('worker', settings));
  const again = await follow(client, between);
  assert.deepEqual([again.state, again.stage], [SUCCEEDED, before.stage]);
  for (const { jobId } of [before, between]) assert.equal((await client.result(jobId)).stage, before.stage);
  const answer = async (jobId: string, method = 'GET') =>
    (await fetch(`${api.url}/v1/jobs/${jobId}`, { method })).status;
  assert.equal(await answer(since.jobId), 404, 'its sender must send it again');
  assert.equal(await answer(deleted.jobId), 200, 'what was deleted since is back');
  assert.equal(await answer(deleted.jobId, 'DELETE'), 204);
  const audit = await hepastageWith(settings, 'audit', 'verify', '--tenant', before.tenant);
  assert.equal(audit.exitCode, 0, audit.stderr);
  assert.deepEqual(await reconciled(), [0, { none: 2 }]);
});
