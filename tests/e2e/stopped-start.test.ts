import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { copyOfModel } from '../helpers/altered-model.ts';
import { type FirstProcess, noFirstProcess, startFirstProcess } from '../helpers/first-process.ts';
import { startRedis } from '../helpers/redis-server.ts';
import type { ServiceName } from '../helpers/service-process.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const takesWork = { api: /"msg":"listening"/, worker: /"msg":"ready"/ };

/** A Redis that lets clients connect, and says nothing. */
async function startSilentRedis() {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: once(server, 'connection'),
    [Symbol.dispose]: () => {
      for (const client of clients) client.destroy();
      server.close();
    },
  };
}

async function start(
  name: ServiceName,
  opened: AsyncDisposableStack,
  settings: Readonly<Record<string, string>>,
): Promise<FirstProcess> {
  const { path } = opened.use(await temporaryDirectory('objects'));
  const all = { HEPASTAGE_OBJECT_STORE: path, HEPASTAGE_HEALTH_PORT: '0', PORT: '0', ...settings };
  return opened.use(await startFirstProcess(name, all));
}

async function assertLeaves(name: ServiceName, service: FirstProcess): Promise<void> {
  assert.equal(await service.ended, 0, service.log());
  assert.doesNotMatch(service.log(), takesWork[name]);
  assert.match(service.log(), /"signal":"SIGTERM".*"msg":"asked to stop before it had started"/);
}

describe(
  'a SIGTERM while it starts as the first process of a container',
  { timeout: 120_000, skip: noFirstProcess() },
  () => {
    for (const name of ['api', 'worker'] as const) {
      test(`${name}: as soon as it can hear one, it never takes work`, async () => {
        await using opened = new AsyncDisposableStack();
        const redis = opened.use(await startRedis());
        const service = await start(name, opened, {
          REDIS_URL: redis.url,
          HEPASTAGE_REDIS_PREFIX: redis.prefix,
        });
        await service.hears();
        assert.doesNotMatch(service.log(), takesWork[name]);
        service.terminate();
        await assertLeaves(name, service);
      });

      test(`${name}: while Redis does not answer, it does not wait for that`, async () => {
        await using opened = new AsyncDisposableStack();
        const redis = opened.use(await startSilentRedis());
        const service = await start(name, opened, { REDIS_URL: redis.url });
        await redis.asked;
        service.terminate();
        await assertLeaves(name, service);
      });
    }

    test('worker: while it loads its model, it lets that end', async () => {
      await using opened = new AsyncDisposableStack();
      const redis = opened.use(await startRedis());
      const model = opened.use(await copyOfModel());
      const manifest = join(model.path, 'manifest.json');
      const bytes = await readFile(manifest);
      await rm(manifest);
      execFileSync('mkfifo', [manifest]);
      const service = await start('worker', opened, {
        REDIS_URL: redis.url,
        HEPASTAGE_REDIS_PREFIX: redis.prefix,
        HEPASTAGE_MODEL: model.path,
      });
      // It opens once somebody reads.
      const pipe = await open(manifest, 'w');
      service.terminate();
      await pipe.writeFile(bytes);
      await pipe.close();
      await assertLeaves('worker', service);
    });
  },
);
