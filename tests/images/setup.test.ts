import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { GetBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import { ApiKeyStore, AuditLog } from '@hepastage/access';
import { openObjectStore } from '@hepastage/platform';
import { filesBelow } from '../helpers/phantom-images.ts';
import { s3Client, s3Settings, startS3 } from '../helpers/s3-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const program = join(import.meta.dirname, '../../infra/docker/setup/main.ts');

async function setup(command: string, folder: string, settings: Readonly<Record<string, string>> = {}) {
  const env = { ...process.env, ...settings };
  return (await promisify(execFile)(process.execPath, [program, command, folder], { env })).stdout;
}

async function textsBelow(folder: string): Promise<Map<string, string>> {
  const files = (await filesBelow(folder)).sort();
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const)));
}

test('secrets are made once, agree with each other, and are for their owner alone', async () => {
  await using folder = await temporaryDirectory('secrets');
  const said = await setup('secrets', folder.path);
  const files = await textsBelow(folder.path);
  const secret = (file: string) => files.get(join(folder.path, file)) ?? '';
  for (const file of files.keys()) assert.equal((await stat(file)).mode & 0o777, 0o400);

  const password = /^redis:\/\/:(?<password>\w{64})@redis:6379$/.exec(secret('secrets/redis-url'))?.groups;
  assert.equal(secret('redis-secrets/redis.conf'), `requirepass ${password?.['password']}\n`);
  const [{ credentials }] = (
    JSON.parse(secret('s3-secrets/identities.json')) as {
      identities: [{ credentials: [{ accessKey: string; secretKey: string }] }];
    }
  ).identities;
  assert.ok(secret('secrets/s3-credentials').includes(credentials[0].accessKey));
  assert.ok(secret('secrets/s3-credentials').includes(credentials[0].secretKey));
  assert.equal(new Set(files.values()).size, files.size);
  for (const content of files.values()) assert.ok(!said.includes(content.trim()));

  await setup('secrets', folder.path);
  assert.deepEqual(await textsBelow(folder.path), files);
});

test('other machines have other secrets', async () => {
  await using one = await temporaryDirectory('secrets');
  await using other = await temporaryDirectory('secrets');
  await Promise.all([setup('secrets', one.path), setup('secrets', other.path)]);
  const [mine, theirs] = await Promise.all([textsBelow(one.path), textsBelow(other.path)]);
  const shared = [...mine.values()].filter((content) => [...theirs.values()].includes(content));
  assert.deepEqual(shared, []);
});

test('the store gets its bucket, the rule for broken uploads, and one first key', async () => {
  await using opened = new AsyncDisposableStack();
  const s3 = opened.use(await startS3());
  const { path } = opened.use(await temporaryDirectory('setup'));
  await setup('secrets', path);
  const bucket = `${s3.bucket}-setup`;
  const settings = {
    HEPASTAGE_OBJECT_STORE: `s3://${bucket}`,
    ...s3Settings(s3),
  };
  const said = await setup('store', path, settings);

  const client = opened.adopt(s3Client(s3), (it) => it.destroy());
  const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
  assert.deepEqual(
    Rules.map(({ AbortIncompleteMultipartUpload: rule }) => rule?.DaysAfterInitiation),
    [1],
  );
  const text = await readFile(join(path, 'secrets/api-key'), 'utf8');
  assert.match(text, /^hep_/);
  assert.ok(!said.includes(text));

  await setup('store', path, settings);
  assert.equal(await readFile(join(path, 'secrets/api-key'), 'utf8'), text);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  });
  const store = opened.adopt(
    openObjectStore({
      objectStore: settings.HEPASTAGE_OBJECT_STORE,
      objectStoreEndpoint: s3.endpoint,
      objectStoreRegion: s3.region,
    }),
    async (it) => it.close(),
  );
  const keys = await new ApiKeyStore(store, new AuditLog(store)).list();
  assert.deepEqual(
    keys.map(({ tenant, scopes }) => ({ tenant, scopes })),
    [{ tenant: 'demo', scopes: ['admin'] }],
  );
});
