import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openObjectStore } from '@hepastage/platform';
import { temporaryDirectory } from '../../../../tests/helpers/temporary-directory.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { auditEntries } from '../audit/verify-audit.ts';
import { ApiKeyStore } from './api-key-store.ts';
import { KeyRing } from './key-ring.ts';
import { keyTextOf, newKeyParts } from './key-text.ts';

const hourMs = 3_600_000;
const scopes = ['jobs:read', 'studies:write'] as const;

/** A store, its keys, and a ring that looks at them, on one clock. */
async function open(opened: AsyncDisposableStack) {
  const { path } = opened.use(await temporaryDirectory('keys'));
  const store = opened.adopt(openObjectStore({ objectStore: path }), async (it) => it.close());
  const time = { ms: Date.parse('2026-01-01T00:00:00Z') };
  const clock = () => new Date(time.ms);
  const listings = { count: 0, reads: 0, away: false };
  const watched = {
    readBytes: async (key: string, bytesMax: number) => {
      listings.reads += 1;
      return store.readBytes(key, bytesMax);
    },
    list: (prefix: string) => {
      listings.count += 1;
      if (listings.away) throw new Error('the store is away');
      return store.list(prefix);
    },
  };
  const ring = new KeyRing(
    watched,
    { refreshSeconds: 10, staleSecondsMax: 3_600, onTrouble: () => undefined, clock: () => time.ms },
    clock,
  );
  return { store, keys: new ApiKeyStore(store, new AuditLog(store), clock), ring, time, listings };
}

const aKey = { tenant: 'hospital-a', name: 'pacs', scopes };

test('a new key works at once, and is kept as a hash alone', async () => {
  await using opened = new AsyncDisposableStack();
  const { store, keys, ring, time } = await open(opened);
  await ring.judge(keyTextOf(newKeyParts()));
  time.ms += 1_000;
  const { key, text } = await keys.create(aKey);
  const verdict = await ring.judge(text);
  assert.equal(verdict.key?.tenant, 'hospital-a');
  assert.deepEqual(verdict.key?.scopes, [...scopes]);
  const kept = (await store.readBytes(`access/keys/${key.keyId}.json`, 10_000))!.toString();
  assert.ok(!kept.includes(text.split('_').slice(2).join('_')));
});

test('a wrong secret, an unknown id and what is no key are told apart in the log only', async () => {
  await using opened = new AsyncDisposableStack();
  const { keys, ring } = await open(opened);
  const { key } = await keys.create(aKey);
  const { keyId } = key;
  const judged = async (text: string) => (await ring.judge(text)).refusal;
  assert.equal(await judged(keyTextOf({ ...newKeyParts(), keyId })), 'wrong secret');
  assert.equal(await judged(keyTextOf(newKeyParts())), 'unknown');
  assert.equal(await judged('hep_nothing'), 'malformed');
});

test('unknown keys cause one reading a second, however many come', async () => {
  await using opened = new AsyncDisposableStack();
  const { ring, time, listings } = await open(opened);
  for (let n = 0; n < 500; n++) {
    time.ms += 10;
    await ring.judge(keyTextOf(newKeyParts()));
  }
  assert.ok(listings.count >= 3 && listings.count <= 6, `${listings.count} listings in 5 s`);
});

test('reading keys anew reads those that changed', async () => {
  await using opened = new AsyncDisposableStack();
  const { keys, ring, time, listings } = await open(opened);
  const issued = await Promise.all(Array.from({ length: 40 }, async () => keys.create(aKey)));
  const { text, key } = issued[0]!;
  assert.ok((await ring.judge(text)).key);
  assert.equal(listings.reads, issued.length);
  await keys.rotate(key.keyId, 24);
  time.ms += 10_000;
  assert.equal((await ring.judge(text)).key?.replacedBy.length, 16);
  assert.equal(listings.reads, issued.length + 2);
  await keys.revoke(key.keyId);
  time.ms += 10_000;
  assert.equal((await ring.judge(text)).refusal, 'revoked');
  assert.equal(listings.reads, issued.length + 3);
});

test('a revoked key ends within the refresh time, an expired one to the second', async () => {
  await using opened = new AsyncDisposableStack();
  const { keys, ring, time } = await open(opened);
  const lasting = await keys.create(aKey);
  const passing = await keys.create({ ...aKey, expiresAt: new Date(time.ms + hourMs) });
  time.ms += 1_000;
  assert.ok((await ring.judge(lasting.text)).key);
  await keys.revoke(lasting.key.keyId);
  time.ms += 10_001;
  assert.equal((await ring.judge(lasting.text)).refusal, 'revoked');
  time.ms = Date.parse('2026-01-01T00:59:59Z');
  assert.ok((await ring.judge(passing.text)).key);
  time.ms += 1_000;
  assert.equal((await ring.judge(passing.text)).refusal, 'expired');
});

test('a rotated key works on beside the new one, for as long as was said', async () => {
  await using opened = new AsyncDisposableStack();
  const { keys, ring, time } = await open(opened);
  const old = await keys.create(aKey);
  const next = await keys.rotate(old.key.keyId, 24);
  const { tenant, name, scopes: granted, expiresAt } = next.key;
  assert.deepEqual({ tenant, name, scopes: granted, expiresAt }, { ...aKey, expiresAt: undefined });
  time.ms += 24 * hourMs - 1;
  assert.ok((await ring.judge(old.text)).key);
  assert.ok((await ring.judge(next.text)).key);
  time.ms += 1;
  assert.equal((await ring.judge(old.text)).refusal, 'expired');
  await assert.rejects(keys.rotate(old.key.keyId, 24), /was revoked, replaced, or has expired/);
});

test('a key that lives for a time is replaced by one that lives as long', async () => {
  await using opened = new AsyncDisposableStack();
  const { keys, time } = await open(opened);
  const { key } = await keys.create({ ...aKey, expiresAt: new Date(time.ms + 90 * 24 * hourMs) });
  time.ms += 80 * 24 * hourMs;
  const next = await keys.rotate(key.keyId, 24);
  assert.equal(Number(next.key.expiresAt?.seconds) * 1_000, time.ms + 90 * 24 * hourMs);
});

test('while the store is away the last keys count, and after an hour none', async () => {
  await using opened = new AsyncDisposableStack();
  const { keys, ring, time, listings } = await open(opened);
  const { text } = await keys.create(aKey);
  assert.ok((await ring.judge(text)).key);
  listings.away = true;
  time.ms += hourMs;
  assert.ok((await ring.judge(text)).key);
  time.ms += 1_001;
  await assert.rejects(ring.judge(text), /the store is away/);
});

test('keys are listed by tenant, oldest first, and every change is in the audit log', async () => {
  await using opened = new AsyncDisposableStack();
  const { store, keys, time } = await open(opened);
  const first = await keys.create(aKey);
  time.ms += 1;
  const second = await keys.rotate(first.key.keyId, 0);
  await keys.create({ ...aKey, tenant: 'hospital-b' });
  assert.deepEqual(
    (await keys.list('hospital-a')).map(({ keyId, replacedBy }) => [keyId, replacedBy]),
    [
      [first.key.keyId, second.key.keyId],
      [second.key.keyId, ''],
    ],
  );
  assert.equal((await keys.list()).length, 3);
  await keys.revoke(second.key.keyId);
  await keys.revoke(second.key.keyId);
  const entries = await Array.fromAsync(auditEntries(store, 'hospital-a'));
  assert.equal(entries.length, 4);
});

test('no key is made for what is no tenant, and none is found by what is no id', async () => {
  await using opened = new AsyncDisposableStack();
  const { keys } = await open(opened);
  for (const tenant of ['', 'A', '-a', 'a/b', '..', 'a'.repeat(64)]) {
    await assert.rejects(keys.create({ ...aKey, tenant }), { codeName: 'INVALID_REQUEST' });
  }
  for (const id of ['', '../policies/a', '0123456789abcdef'])
    await assert.rejects(keys.revoke(id), /there is no such key/);
});
