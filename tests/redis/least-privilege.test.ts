import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { slice } from '../api/dicom-objects.ts';
import { studyForm } from '../api/study-form.ts';
import { volume } from '../api/volumes.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import { freePorts } from '../helpers/free-port.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { stow } from '../helpers/stow.ts';
import { follow, phantomStudy, runToEnd } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { leastPrivilege } from './least-privilege.ts';

const password = 'a-password-of-the-test';

test('over TLS, with a certificate and as a user who may do no more than it needs, a study is staged', async () => {
  await using directory = await temporaryDirectory('certificates');
  const authority = await makeAuthority(directory.path);
  const server = await authority.issue('redis');
  const ours = await authority.issue('hepastage');
  await using redis = await startLocalRedis({ tls: { caFile: authority.caFile, ...server } });
  await using operator = await connectOperator(redis.url, { ...ours, ca: authority.ca });
  await operator.redis.call('ACL', 'SETUSER', 'hepastage', ...leastPrivilege(redis.prefix, password));

  const [port] = await freePorts(1);
  const nobody = `http://127.0.0.1:${port}`;
  const url = redis.url.replace('//', `//hepastage:${password}@`);
  await using system = await startSystem(
    'directory',
    { ...redis, url },
    {
      HEPASTAGE_REDIS_CA_FILE: authority.caFile,
      HEPASTAGE_REDIS_CERT_FILE: ours.certFile,
      HEPASTAGE_REDIS_KEY_FILE: ours.keyFile,
      HEPASTAGE_LOG_LEVEL: 'debug',
      HEPASTAGE_QUIET_MS: '300',
      HEPASTAGE_WEBHOOK_ALLOWED_TARGETS: '127.0.0.1',
      HEPASTAGE_WEBHOOK_KEY: 'a key of the tests that is long enough',
    },
  );
  // A PACS that is away makes use of the queue of pushes.
  const worker = await system.startWorker({ HEPASTAGE_PACS_URL: nobody });
  const { t1w } = phantomStudy('severe');
  const record = await runToEnd(system.client, { t1w });
  assert.equal(record.stage, 'severe');
  assert.deepEqual(await acceptedTwice(system.api.url, nobody), [202, 202]);
  const { status, jobIds } = await stow(system.api.url, [slice(1)]);
  assert.deepEqual([status, jobIds.length], [200, 1]);
  // It has one slice, and so fails; but it comes out of the quiet period's queue.
  await follow(system.client, await system.client.job(jobIds[0]!));
  const list = await fetch(`${system.api.url}/v1/jobs`);
  assert.equal(list.status, 200);
  const metrics = await fetch(`${system.api.url}/metrics`);
  assert.match(await metrics.text(), /hepastage_queue_jobs\{/);
  const erased = await fetch(`${system.api.url}/v1/jobs/${record.jobId}`, { method: 'DELETE' });
  assert.equal(erased.status, 204);
  assert.equal(await worker.stop(), 0);
  assert.equal(await system.api.stop(), 0);

  // Redis itself keeps account of what a user was not let do.
  assert.deepEqual(await operator.redis.call('ACL', 'LOG'), []);
  const output = worker.log() + system.api.log();
  assert.ok(!output.includes(password));
  assert.doesNotMatch(output, /NOPERM|does not tell its maxmemory-policy/);
});

test('that user sees, changes and hears nothing of anybody else', async () => {
  await using redis = await startLocalRedis();
  await using operator = await connectOperator(redis.url);
  await operator.redis.call('ACL', 'SETUSER', 'hepastage', ...leastPrivilege(redis.prefix, password));
  await operator.redis.set('others', 'secret');
  const user = new Redis(redis.url.replace('//', `//hepastage:${password}@`));
  try {
    for (const command of [
      ['GET', 'others'],
      ['SET', 'others', 'x'],
      ['EVAL', "return redis.call('GET', KEYS[1])", '1', 'others'],
      ['EVAL', "return redis.call('GET', 'others')", '0'],
      ['SUBSCRIBE', 'others'],
      ['PUBLISH', 'others', 'x'],
      ['SCAN', '0'],
      ['KEYS', '*'],
      ['RANDOMKEY'],
      ['CONFIG', 'GET', 'requirepass'],
      ['ACL', 'LIST'],
      ['MONITOR'],
      ['FLUSHALL'],
      ['SCRIPT', 'FLUSH'],
      ['CLIENT', 'LIST'],
      ['SHUTDOWN'],
      ['MIGRATE', '127.0.0.1', '1', `${redis.prefix}:x`, '0', '10'],
    ] as const) {
      const [name, ...rest] = command;
      await assert.rejects(user.call(name, ...rest), /NOPERM|can't access|can't run/i, command.join(' '));
    }
  } finally {
    user.disconnect();
  }
  assert.equal(await operator.redis.get('others'), 'secret');
});

/** Statuses of a study that is sent twice under one key, with a webhook that nobody answers. */
async function acceptedTwice(url: string, webhook: string): Promise<number[]> {
  const statuses = [];
  for (let n = 0; n < 2; n++) {
    const response = await fetch(`${url}/v1/studies`, {
      method: 'POST',
      headers: { 'idempotency-key': 'sent-twice' },
      body: studyForm([
        ['t1w', volume()],
        ['metadata', JSON.stringify({ webhook })],
      ]),
    });
    await response.arrayBuffer();
    statuses.push(response.status);
  }
  return statuses;
}

/** The default user, who may do anything. */
async function connectOperator(url: string, tls?: { ca: string; cert: string; key: string }) {
  const redis = new Redis(url, tls ? { tls } : {});
  return { redis, [Symbol.asyncDispose]: async () => redis.disconnect() };
}
