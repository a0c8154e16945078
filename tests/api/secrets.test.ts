import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '../helpers/free-port.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { startService } from '../helpers/service-process.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { eventually } from './eventually.ts';

/** In every secret of these tests, and in nothing else. */
const secret = 'Zx7secretQ';

/** What a service that does not start says, all of it. */
async function lastWords(
  name: 'api' | 'worker',
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  try {
    await using service = await startService(name, settings);
    return service.log();
  } catch (error) {
    return (error as Error).message;
  }
}

test('settings that are wrong are named, and no secret of them is told', async () => {
  const shared = { REDIS_URL: `reddis://user:${secret}@host`, HEPASTAGE_LOG_LEVEL: 'debug' };
  const api = await lastWords('api', { ...shared, HEPASTAGE_UID_KEY: secret, HEPASTAGE_PORT: 'x' });
  const worker = await lastWords('worker', {
    ...shared,
    HEPASTAGE_PACS_URL: `https://user:${secret}@pacs`,
    HEPASTAGE_PACS_AUTHORIZATION: `Bearer ${secret}\n`,
  });
  assert.match(api, /INVALID_CONFIG.*REDIS_URL must match.*HEPASTAGE_UID_KEY must/s);
  assert.match(
    worker,
    /INVALID_CONFIG.*REDIS_URL must match.*HEPASTAGE_PACS_URL must.*HEPASTAGE_PACS_AUTHORIZATION must/s,
  );
  for (const output of [api, worker]) assert.ok(!output.includes(secret), output);
});

test('a Redis that is away or refuses is told of without the password', async () => {
  await using redis = await startLocalRedis({ options: ['--requirepass', 'another'] });
  const [port] = await freePorts(1);
  const debug = { HEPASTAGE_LOG_LEVEL: 'debug' };
  const refused = await lastWords('api', { ...debug, REDIS_URL: redis.url.replace('//', `//:${secret}@`) });
  const away = await lastWords('api', { ...debug, REDIS_URL: `redis://user:${secret}@127.0.0.1:${port}` });
  assert.match(refused, /Redis refuses the credentials/);
  assert.match(away, /Redis does not answer; is Redis running at redis:\/\/127\.0\.0\.1:\d+\?/);
  for (const output of [refused, away]) assert.ok(!output.includes(secret), output);
});

test('a service that runs at debug level logs neither its secrets nor those of its clients', async () => {
  await using redis = await startLocalRedis({ options: ['--requirepass', secret] });
  await using directory = await temporaryDirectory('secrets');
  const file = async (name: string, text: string) => {
    const path = join(directory.path, name);
    await writeFile(path, `${text}\n`);
    return path;
  };
  const settings = {
    REDIS_URL_FILE: await file('redis-url', redis.url.replace('//', `//:${secret}@`)),
    HEPASTAGE_UID_KEY_FILE: await file('uid-key', secret.repeat(4)),
    HEPASTAGE_OBJECT_STORE: join(directory.path, 'objects'),
    HEPASTAGE_LOG_LEVEL: 'debug',
  };
  // The test's own environment may name another Redis.
  await using api = await startService('api', { ...settings, REDIS_URL: '' });
  const headers = {
    authorization: `Bearer hep_0123456789abcdef_${secret}`,
    cookie: `id=${secret}`,
    'x-api-key': secret,
  };
  for (const path of [
    '/v1/jobs',
    `/v1/jobs?reference=${secret}`,
    `/v1/jobs/${secret}`,
    `/${secret}`,
    `/%${secret}`,
  ]) {
    const response = await fetch(api.url + path, { headers });
    await response.arrayBuffer();
  }
  const posted = await fetch(`${api.url}/v1/studies`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: `{"${secret}":`,
  });
  assert.ok(!(await posted.text()).includes(secret));
  // What happens when Redis is lost is logged, too.
  await redis.stop();
  await (await fetch(`${api.url}/v1/jobs`)).arrayBuffer();
  await eventually(async () => api.log().includes('redis connection'), true);
  assert.equal(await api.stop(), 0, api.log());
  assert.match(api.log(), /"route":"\/v1\/jobs"/);
  assert.ok(!api.log().includes(secret), api.log());
});
