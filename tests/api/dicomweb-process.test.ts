import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { leakingNothing } from '../helpers/leaks.ts';
import { samplesOf } from '../helpers/metrics.ts';
import { startLocalRedis, startRedis, type RedisServer } from '../helpers/redis-server.ts';
import { startService } from '../helpers/service-process.ts';
import { OpenStow, stow } from '../helpers/stow.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { startApi } from './api-under-test.ts';
import { complete } from './arriving-study.ts';
import { slice, sopUid } from './dicom-objects.ts';
import { eventually } from './eventually.ts';

async function startProcess(
  opened: AsyncDisposableStack,
  redis: RedisServer,
  settings: Readonly<Record<string, string>> = {},
) {
  const directory = opened.use(await temporaryDirectory('objects'));
  return opened.use(
    await startService('api', {
      REDIS_URL: redis.url,
      HEPASTAGE_REDIS_PREFIX: redis.prefix,
      HEPASTAGE_OBJECT_STORE: directory.path,
      ...settings,
    }),
  );
}

async function hasBegun(url: string): Promise<void> {
  await eventually(
    async () => (await samplesOf(url, 'hepastage_uploads_active')).map(({ value }) => value),
    [1],
  );
}

test('SIGTERM lets a request over DICOMweb finish, then the process ends with 0', async () => {
  await using opened = new AsyncDisposableStack();
  const api = await startProcess(opened, opened.use(await startRedis()));
  const open = OpenStow.begin(api.url);
  for (const n of [1, 2]) await open.send(slice(n));
  await hasBegun(api.url);
  api.kill('SIGTERM');
  await eventually(
    async () =>
      stow(api.url, [slice(1)]).then(
        () => 'answers',
        () => 'is gone',
      ),
    'is gone',
  );
  await open.send(slice(3));
  const { status, stored } = await open.end();
  assert.deepEqual([status, stored], [200, [sopUid(1), sopUid(2), sopUid(3)]]);
  if (api.process.exitCode === null) await once(api.process, 'exit');
  assert.equal(api.process.exitCode, 0, api.log());
  assert.doesNotMatch(api.log(), /given up|cut off/);
});

test('a request over DICOMweb that does not end in time is told to come again, and the process ends', async () => {
  await using opened = new AsyncDisposableStack();
  const api = await startProcess(opened, opened.use(await startRedis()), {
    HEPASTAGE_SHUTDOWN_MS_MAX: '300',
  });
  const open = OpenStow.begin(api.url);
  for (const n of [1, 2]) await open.send(slice(n));
  await hasBegun(api.url);
  const stopped = api.stop();
  const { status, body } = await open.answer();
  assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [503, 'NOT_READY']);
  assert.equal(await stopped, 0, api.log());
  assert.match(api.log(), /requests in flight are given up/);
  assert.doesNotMatch(api.log(), /cut off/);
});

test('an API ends in time even when Redis has gone before it', { timeout: 60_000 }, async () => {
  await using opened = new AsyncDisposableStack();
  const redis = await startLocalRedis();
  const api = await startProcess(opened, redis);
  await redis.stop();
  assert.equal(await api.stop(), 0, api.log());
});

test(
  'requests over DICOMweb leave no connection, file or timer, however they end',
  leakingNothing(async () => {
    await using api = await startApi({ closesQuiet: true, settings: { quietMs: 50 } });
    await stow(api.url, [slice(1), slice(2)]);
    await complete(api);
    await stow(api.url, [slice(1)], { accept: 'text/html' });
    await stow(api.url, [{ type: 'image/png', bytes: Buffer.alloc(10) }]);
    const cut = OpenStow.begin(api.url);
    await cut.send(slice(1));
    await cut.end('--a-boundary');
    const gone = OpenStow.begin(api.url);
    await gone.send(slice(1));
    await gone.send(slice(2));
    gone.vanish();
    await eventually(
      async () => (await samplesOf(api.url, 'hepastage_uploads_active')).map(({ value }) => value),
      [0],
    );
  }),
);
