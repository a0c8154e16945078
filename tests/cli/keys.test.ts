import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { auditEntries } from '@hepastage/access';
import { openObjectStore } from '@hepastage/platform';
import { type ApiKeyJson, AuditEntry_Action, type TenantPolicyJson } from '@hepastage/proto';
import { hepastageWith } from '../helpers/command.ts';
import { startService } from '../helpers/service-process.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

interface Issued {
  readonly apiKey: string;
  readonly key: ApiKeyJson;
}

/** `hepastage` on an object store of its own. */
async function open(opened: AsyncDisposableStack) {
  const { path } = opened.use(await temporaryDirectory('access'));
  const run = async (...words: readonly string[]) =>
    hepastageWith({ HEPASTAGE_OBJECT_STORE: path, HEPASTAGE_S3_ENCRYPTION: '' }, ...words);
  const json = async <T>(...words: readonly string[]): Promise<T> => {
    const { exitCode, stdout, stderr } = await run(...words, '--json');
    assert.equal(exitCode, 0, stdout + stderr);
    return JSON.parse(stdout) as T;
  };
  const store = opened.adopt(openObjectStore({ objectStore: path }), async (it) => it.close());
  return { path, run, json, store };
}

test('a key is made, listed, rotated and revoked, and shown once', async () => {
  await using opened = new AsyncDisposableStack();
  const { run, json, store } = await open(opened);
  const create = ['keys', 'create', '--tenant', 'hospital-a', '--name', 'pacs gateway'];
  const made = await run(
    ...create,
    '--scope',
    'studies:write',
    '--scope',
    'jobs:read',
    '--expires-days',
    '90',
  );
  assert.equal(made.exitCode, 0, made.stderr);
  const [, keyId = ''] = /^hep_([0-9a-f]{16})_[A-Za-z0-9_-]{43}\n$/.exec(made.stdout) ?? [];
  assert.match(made.stderr, new RegExp(`key ${keyId} of hospital-a`));

  const listed = await json<ApiKeyJson[]>('keys', 'list');
  assert.deepEqual(
    listed.map((key) => [key.keyId, key.tenant, key.scopes, 'secretSha256' in key]),
    [[keyId, 'hospital-a', ['studies:write', 'jobs:read'], false]],
  );
  const days = (Date.parse(listed[0]!.expiresAt!) - Date.now()) / 86_400_000;
  assert.ok(days > 89.9 && days <= 90);

  const rotated = await json<Issued>('keys', 'rotate', keyId, '--overlap-hours', '0');
  assert.notEqual(rotated.key.keyId, keyId);
  await json('keys', 'revoke', rotated.key.keyId!);
  const table = await run('keys', 'list', '--tenant', 'hospital-a');
  assert.match(table.stdout, new RegExp(`${keyId}\\s+hospital-a\\s+expired`));
  assert.match(table.stdout, new RegExp(`${rotated.key.keyId}\\s+hospital-a\\s+revoked`));
  assert.deepEqual(await json('keys', 'list', '--tenant', 'hospital-b'), []);

  const secrets = [made.stdout.trim(), rotated.apiKey].map((text) => text.slice('hep_'.length + 17));
  for await (const { key } of store.list('')) {
    const content = (await store.readBytes(key, 1_000_000))!.toString();
    for (const secret of secrets) assert.ok(!content.includes(secret), key);
  }
  const done = (await Array.fromAsync(auditEntries(store, 'hospital-a'))).map(({ action, actor, target }) => [action, actor, target]); // prettier-ignore
  assert.deepEqual(done, [
    [AuditEntry_Action.KEY_CREATED, 'operator', keyId],
    [AuditEntry_Action.KEY_CREATED, 'operator', rotated.key.keyId],
    [AuditEntry_Action.KEY_REVOKED, 'operator', keyId],
    [AuditEntry_Action.KEY_REVOKED, 'operator', rotated.key.keyId],
  ]);
});

test('what is no tenant, scope or key is refused in words', async () => {
  await using opened = new AsyncDisposableStack();
  const { run } = await open(opened);
  const cases = [
    [
      ['keys', 'create', '--tenant', '../x', '--name', 'n', '--scope', 'admin'],
      /this can’t be the name of a tenant/,
    ],
    [
      ['keys', 'create', '--tenant', 'a', '--name', 'n', '--scope', 'root'],
      /Allowed choices are studies:write/,
    ],
    [['keys', 'create', '--tenant', 'a', '--name', 'n'], /required option '--scope/],
    [['keys', 'revoke', '0123456789abcdef'], /there is no such key/],
    [['keys', 'rotate', '../../x'], /there is no such key/],
    [['tenants', 'show', 'A'], /this can’t be the name of a tenant/],
    [['tenants', 'set', 'a', '--studies-per-day', '-1'], /expected a whole number/],
  ] as const;
  for (const [words, complaint] of cases) {
    const { exitCode, stderr } = await run(...words);
    assert.equal(exitCode, 1, words.join(' '));
    assert.match(stderr, complaint);
  }
});

test('a tenant’s policy is set piece by piece', async () => {
  await using opened = new AsyncDisposableStack();
  const { run, json, path } = await open(opened);
  const untouched = await json<TenantPolicyJson>('tenants', 'show', 'a');
  assert.deepEqual([untouched.tenant, untouched.studiesPerDay, untouched.deduplicate], ['a', 0, false]);
  await json(
    'tenants',
    'set',
    'a',
    '--studies-per-day',
    '7',
    '--deduplicate',
    '--webhook',
    'https://a.example/h',
  );
  await json('tenants', 'set', 'a', '--retention-days', '30', '--no-deduplicate');
  const expected = {
    tenant: 'a',
    retentionDays: 30,
    requestsPerMinute: 0,
    studiesPerDay: 7,
    mebibytesPerDay: 0,
    deduplicate: false,
    webhook: 'https://a.example/h',
  };
  assert.deepEqual(await json('tenants', 'show', 'a'), expected);
  assert.deepEqual(JSON.parse(await readFile(join(path, 'access/policies/a.json'), 'utf8')), expected);
  assert.match((await run('tenants', 'show', 'a')).stdout, /^studiesPerDay {2}7$/m);
});

test('a server that asks for a key gets it from the environment, and nothing logs it', async () => {
  await using opened = new AsyncDisposableStack();
  const system = opened.use(
    await startSystem('directory', undefined, { HEPASTAGE_AUTHENTICATION: 'required' }),
  );
  const folder = opened.use(await temporaryDirectory('key'));
  const { settings, api } = system;
  const create = ['keys', 'create', '--tenant', 'hospital-a', '--name', 'cli', '--json', '--scope'];
  const issued = async (...scopes: string[]) => {
    const { stdout } = await hepastageWith(settings, ...create, ...scopes);
    return (JSON.parse(stdout) as Issued).apiKey;
  };
  const writer = await issued('studies:write');
  const reader = await issued('jobs:read');
  const keyFile = join(folder.path, 'key');
  await writeFile(keyFile, `${reader}\n`);

  const submit = ['submit', '--t1w', phantomStudy('mild').t1w, '--server', api.url];
  const without = await hepastageWith({}, ...submit);
  assert.equal(without.exitCode, 1);
  assert.match(
    without.stderr,
    /^401 UNAUTHENTICATED: .*no credentials.*; it is taken from HEPASTAGE_API_KEY/,
  );
  const forbidden = await hepastageWith({ HEPASTAGE_API_KEY: reader }, ...submit);
  assert.match(forbidden.stderr, /^403 FORBIDDEN: .*expected scope studies:write/);
  const submitted = await hepastageWith({ HEPASTAGE_API_KEY: writer }, ...submit);
  assert.equal(submitted.exitCode, 0, submitted.stderr);

  const result = ['result', submitted.stdout.trim(), '--server', api.url];
  const fetched = await hepastageWith({ HEPASTAGE_API_KEY_FILE: keyFile }, ...result);
  assert.match(fetched.stderr, /^409 RESULT_NOT_READY/);
  const notSet = await hepastageWith({ HEPASTAGE_API_KEY: 'two words' }, ...result);
  assert.match(notSet.stderr, /^INVALID_CONFIG: .*HEPASTAGE_API_KEY must match/);
  assert.ok(!notSet.stderr.includes('two words'));

  await api.stop();
  for (const key of [writer, reader]) assert.ok(!api.log().includes(key.slice(21)));
  assert.match(api.log(), /"tenant":"hospital-a","actor":"key:[0-9a-f]{16}"/);
});

test('without authentication the API starts on a loopback address only', async () => {
  await assert.rejects(startService('api', { HOST: '0.0.0.0' }), {
    message:
      /without authentication everyone who reaches the service could read and erase studies; set HEPASTAGE_AUTHENTICATION=required/,
  });
});
