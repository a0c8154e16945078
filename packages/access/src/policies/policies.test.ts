import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openObjectStore } from '@hepastage/platform';
import { temporaryDirectory } from '../../../../tests/helpers/temporary-directory.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { auditEntries } from '../audit/verify-audit.ts';
import { Policies } from './policies.ts';
import { PolicyStore } from './policy-store.ts';

const defaults = { requestsPerMinute: 100, studiesPerDay: 0, mebibytesPerDay: 5 };

async function open(opened: AsyncDisposableStack) {
  const { path } = opened.use(await temporaryDirectory('policies'));
  const store = opened.adopt(openObjectStore({ objectStore: path }), async (it) => it.close());
  const time = { ms: 0 };
  const trouble = { away: false };
  const watched = {
    readBytes: async (key: string, bytesMax: number) => {
      if (trouble.away) throw new Error('the store is away');
      return store.readBytes(key, bytesMax);
    },
  };
  const policies = new Policies(watched, defaults, {
    refreshSeconds: 10,
    staleSecondsMax: 60,
    onTrouble: () => undefined,
    clock: () => time.ms,
  });
  return { store, kept: new PolicyStore(store, new AuditLog(store)), policies, time, trouble };
}

test('what a policy does not say is as the service has it', async () => {
  await using opened = new AsyncDisposableStack();
  const { kept, policies } = await open(opened);
  await kept.put('a', { studiesPerDay: 3, deduplicate: true, webhook: 'https://a.example/' });
  const { requestsPerMinute, studiesPerDay, mebibytesPerDay, deduplicate, retentionDays } =
    await policies.of('a');
  assert.deepEqual(
    { requestsPerMinute, studiesPerDay, mebibytesPerDay, deduplicate, retentionDays },
    { ...defaults, studiesPerDay: 3, deduplicate: true, retentionDays: 0 },
  );
  assert.equal((await policies.of('b')).studiesPerDay, 0);
});

test('a change leaves the rest, is in the audit log, and is known within the refresh time', async () => {
  await using opened = new AsyncDisposableStack();
  const { store, kept, policies, time } = await open(opened);
  await kept.put('a', { retentionDays: 30, requestsPerMinute: 7 });
  assert.equal((await policies.of('a')).requestsPerMinute, 7);
  await kept.put('a', { requestsPerMinute: 8 });
  assert.equal((await kept.get('a')).retentionDays, 30);
  time.ms = 10_001;
  assert.equal((await policies.of('a')).requestsPerMinute, 8);
  assert.equal((await Array.fromAsync(auditEntries(store, 'a'))).length, 2);
});

test('a store that is away leaves the last policy, or the defaults', async () => {
  await using opened = new AsyncDisposableStack();
  const { kept, policies, time, trouble } = await open(opened);
  await kept.put('a', { requestsPerMinute: 7 });
  await policies.of('a');
  trouble.away = true;
  time.ms = 20_000;
  assert.equal((await policies.of('a')).requestsPerMinute, 7);
  assert.equal((await policies.of('b')).requestsPerMinute, defaults.requestsPerMinute);
});

test('there is no policy of what is no tenant', async () => {
  await using opened = new AsyncDisposableStack();
  const { kept } = await open(opened);
  await assert.rejects(kept.get('../keys/x'), { codeName: 'INVALID_REQUEST' });
  await assert.rejects(kept.put('A', {}), { codeName: 'INVALID_REQUEST' });
});
