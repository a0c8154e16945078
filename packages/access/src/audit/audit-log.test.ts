import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { openObjectStore, type ObjectStore } from '@hepastage/platform';
import { AuditEntry_Action } from '@hepastage/proto';
import { startS3 } from '../../../../tests/helpers/s3-server.ts';
import { temporaryDirectory } from '../../../../tests/helpers/temporary-directory.ts';
import { auditFolder, auditKey, entriesBytesMax } from './audit-chain.ts';
import { AuditLog } from './audit-log.ts';
import { auditEntries, verifyAudit } from './verify-audit.ts';

const accepted = (jobId: string) => ({ actor: 'key:1', action: AuditEntry_Action.STUDY_ACCEPTED, jobId });

const stores = {
  directory: async (opened: AsyncDisposableStack) => {
    const { path } = opened.use(await temporaryDirectory('audit'));
    return openObjectStore({ objectStore: path });
  },
  s3: async (opened: AsyncDisposableStack) => {
    const s3 = opened.use(await startS3());
    return openObjectStore({ objectStore: s3.url, objectStoreEndpoint: s3.endpoint }, { credentials: s3 });
  },
};

for (const [name, open] of Object.entries(stores)) {
  suite(`audit log: ${name}`, () => {
    const opened = new AsyncDisposableStack();
    let store: ObjectStore;
    before(async () => {
      store = opened.adopt(await open(opened), async (it) => it.close());
    });
    after(async () => opened.disposeAsync());

    test('what several processes append at once is all there, in one chain', async () => {
      const logs = Array.from({ length: 3 }, () => new AuditLog(store));
      const jobs = Array.from({ length: 60 }, (_, i) => `job-${i}`);
      await Promise.all(jobs.map(async (job, i) => logs[i % 3]!.append('many', accepted(job))));
      await new AuditLog(store).append('many', accepted('later'));
      const found = await Array.fromAsync(auditEntries(store, 'many'));
      assert.deepEqual(found.map(({ jobId }) => jobId).toSorted(), [...jobs, 'later'].toSorted());
      assert.equal(found.at(-1)?.jobId, 'later');
      const { entries, head } = await verifyAudit(store, 'many');
      assert.equal(entries, 61);
      assert.ok(head.sequence < 61, 'entries that come together share an object');
      await verifyAudit(store, 'many', head.sha256);
    });

    test('a burst goes into several objects, in order, each of a size that is read again', async () => {
      // Each some 900 bytes, of characters that take three.
      const actor = `oidc:${'肝'.repeat(255)}`;
      const jobs = Array.from({ length: 6_000 }, (_, i) => `job-${i}`);
      const log = new AuditLog(store);
      await Promise.all(jobs.map(async (job) => log.append('burst', { ...accepted(job), actor })));
      await new AuditLog(store).append('burst', accepted('later'));
      const found = await Array.fromAsync(auditEntries(store, 'burst'));
      assert.deepEqual(
        found.map(({ jobId }) => jobId),
        [...jobs, 'later'],
      );
      const listed = await Array.fromAsync(store.list(auditFolder('burst')));
      const largest = Math.max(...listed.map(({ bytes }) => bytes));
      assert.ok(largest <= entriesBytesMax + 1_000, `${largest} bytes`);
      assert.ok(listed.length < 10, 'few objects');
    });

    test('nobody can change it, take something out or cut it off unseen', async () => {
      const log = new AuditLog(store);
      for (const job of ['a', 'b', 'c']) await log.append('altered', accepted(job));
      const { head } = await verifyAudit(store, 'altered');
      const second = (await store.readBytes(auditKey('altered', 2), 10_000))!;
      const third = (await store.readBytes(auditKey('altered', 3), 10_000))!;
      const isBroken = { codeName: 'AUDIT_BROKEN' };

      await store.writeBytes(auditKey('altered', 2), Buffer.from(second.toString().replace('"b"', '"x"')));
      await assert.rejects(verifyAudit(store, 'altered'), isBroken);
      await store.erase(auditKey('altered', 2));
      await assert.rejects(verifyAudit(store, 'altered'), isBroken);
      await store.writeBytes(auditKey('altered', 2), third);
      await assert.rejects(verifyAudit(store, 'altered'), isBroken);
      await store.writeBytes(auditKey('altered', 2), second);
      await verifyAudit(store, 'altered', head.sha256);
      await store.erase(auditKey('altered', 3));
      assert.equal((await verifyAudit(store, 'altered')).entries, 2, 'a chain, if a shorter one');
      await assert.rejects(verifyAudit(store, 'altered', head.sha256), isBroken);
    });

    test('a new process goes on where the last one ended, however long the log is', async () => {
      for (let i = 1; i <= 21; i++) await new AuditLog(store).append('long', accepted(`job-${i}`));
      const { entries, head } = await verifyAudit(store, 'long');
      assert.deepEqual([entries, head.sequence], [21, 21]);
    });
  });
}

test('a store that fails is told to whoever appends, and the next entry finds its place', async () => {
  await using directory = await temporaryDirectory('audit');
  const real = openObjectStore({ objectStore: directory.path });
  let isAway = false;
  const store: ObjectStore = Object.create(real, {
    create: {
      value: async (...args: Parameters<ObjectStore['create']>) => {
        const made = await real.create(...args);
        if (isAway) throw new Error('the answer was lost');
        return made;
      },
    },
    readBytes: { value: async (...args: Parameters<ObjectStore['readBytes']>) => real.readBytes(...args) },
  }) as ObjectStore;
  const log = new AuditLog(store);
  await log.append('t', accepted('first'));
  isAway = true;
  await assert.rejects(log.append('t', accepted('lost answer')), /the answer was lost/);
  isAway = false;
  await log.append('t', accepted('third'));
  assert.equal((await verifyAudit(real, 't')).entries, 3);
});

test('of a burst, those are told of a failure whose object could not be written, and no others', async () => {
  await using directory = await temporaryDirectory('audit');
  const real = openObjectStore({ objectStore: directory.path });
  let writes = 0;
  const store: ObjectStore = Object.create(real, {
    create: {
      value: async (...args: Parameters<ObjectStore['create']>) => {
        if (++writes === 2) throw new Error('the store is away');
        return real.create(...args);
      },
    },
    readBytes: { value: async (...args: Parameters<ObjectStore['readBytes']>) => real.readBytes(...args) },
  }) as ObjectStore;
  const log = new AuditLog(store);
  const target = 'x'.repeat(entriesBytesMax / 4);
  const jobs = Array.from({ length: 9 }, (_, i) => `job-${i}`);
  const ends = await Promise.allSettled(
    jobs.map(async (job) => log.append('t', { ...accepted(job), target })),
  );
  const safe = jobs.filter((_, i) => ends[i]!.status === 'fulfilled');
  assert.deepEqual(safe, ['job-0', 'job-1', 'job-2', 'job-6', 'job-7', 'job-8']);
  const found = await Array.fromAsync(auditEntries(real, 't'));
  assert.deepEqual(
    found.map(({ jobId }) => jobId),
    safe,
  );
});
