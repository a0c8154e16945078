import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { reconcile } from '@hepastage/jobs';
import type { OpenStow } from '../helpers/stow.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { slice, studyUid } from './dicom-objects.ts';
import { eventually } from './eventually.ts';

const minuteMs = 60_000;

/** Says that a study is complete. */
export async function complete(
  api: ApiUnderTest,
  said: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${api.url}/v1/studies`, {
    method: 'POST',
    body: JSON.stringify({ studyInstanceUid: studyUid, ...said }),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** Sends these slices, and waits until all but the last of them are in the store: what ends that one is still to come. */
export async function bringing(api: ApiUnderTest, open: OpenStow, slices: readonly number[]): Promise<void> {
  const before = (await api.traces()).objects.length;
  for (const n of slices) await open.send(slice(n));
  await eventually(async () => (await api.traces()).objects.length, before + slices.length - 1);
}

/** Reconciles all, five minutes from now by the clock of whoever reconciles: whatever lies in the store has been there for longer than the quiet period. */
export async function sweepLater({ deps }: ApiUnderTest, quietMs = minuteMs): Promise<void> {
  await reconcile(
    {
      orphanMs: 120 * minuteMs,
      quietMs,
      retentionMsOf: async () => undefined,
      onError: (_job, error) => assert.fail(error),
    },
    { ...deps, clock: () => new Date(Date.now() + 5 * minuteMs) },
  );
}

interface FoundJob {
  readonly jobId: string;
  readonly state: string;
}

export async function jobsOf(api: ApiUnderTest, query = ''): Promise<FoundJob[]> {
  const response = await fetch(`${api.url}/v1/jobs${query}`);
  return ((await response.json()) as { jobs?: FoundJob[] }).jobs ?? [];
}

export async function eraseJob({ url }: ApiUnderTest, jobId: string): Promise<number> {
  return (await fetch(`${url}/v1/jobs/${jobId}`, { method: 'DELETE' })).status;
}

export interface IndexedInstance {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly instanceNumber: number;
}

/** What a job's index says of its instances, in the order of their numbers. Asserts that each lies in the store as it says. */
export async function indexOf(
  { deps: { store } }: ApiUnderTest,
  jobId: string,
  bytesMax = 10_000_000,
): Promise<IndexedInstance[]> {
  const body = await store.readBytes(`tenants/default/jobs/${jobId}/input/study.json`, bytesMax);
  const { instances } = JSON.parse(body!.toString()) as { instances: IndexedInstance[] };
  for (const { key, bytes, sha256 } of instances) {
    const object = await store.readBytes(key, bytes);
    assert.ok(object !== undefined, key);
    assert.deepEqual([object.length, createHash('sha256').update(object).digest('hex')], [bytes, sha256]);
  }
  return instances.toSorted((a, b) => a.instanceNumber - b.instanceNumber);
}
