import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { startOpinionModels } from './opinion-models.ts';
import { writeRadiomicsPackage } from './testing/made-package.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hepastage-opinions-'));
  await writeRadiomicsPackage(join(folder, 'whole'));
  await writeRadiomicsPackage(join(folder, 'broken'), (manifest) => ({ ...manifest, metrics: [] }));
});
after(async () => rm(folder, { recursive: true }));

/** The threads that begin during `work`. */
async function threadsOf(work: () => Promise<unknown>): Promise<Worker[]> {
  const threads: Worker[] = [];
  const listener = (message: unknown) => threads.push((message as { worker: Worker }).worker);
  subscribe('worker_threads', listener);
  try {
    await work();
  } finally {
    unsubscribe('worker_threads', listener);
  }
  return threads;
}

/** A thread that has ended has no id. */
const ended = -1;

test('every package runs in a thread of its own, until all are stopped', async () => {
  const threads = await threadsOf(async () => {
    await using opinions = await startOpinionModels([join(folder, 'whole'), join(folder, 'whole')]);
    assert.equal(opinions.models.length, 2);
  });
  assert.deepEqual(threads.map(({ threadId }) => threadId), [ended, ended]); // prettier-ignore
});

test('where the second package is refused, the thread of the first ends', async () => {
  const threads = await threadsOf(async () =>
    assert.rejects(startOpinionModels([join(folder, 'whole'), join(folder, 'broken')]), {
      codeName: 'INVALID_MODEL',
    }),
  );
  assert.deepEqual(threads.map(({ threadId }) => threadId), [ended]); // prettier-ignore
});
