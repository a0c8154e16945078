import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ApiUnderTest } from './api-under-test.ts';
import { studyUid } from './dicom-objects.ts';

/** Says that a study is complete. */
export async function complete(api: ApiUnderTest, said: object = {}): Promise<Response> {
  return fetch(`${api.url}/v1/studies`, {
    method: 'POST',
    body: JSON.stringify({ studyInstanceUid: studyUid, ...said }),
    headers: { 'content-type': 'application/json' },
  });
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
export async function indexOf({ deps: { store } }: ApiUnderTest, jobId: string): Promise<IndexedInstance[]> {
  const body = await store.readBytes(`tenants/default/jobs/${jobId}/input/study.json`, 10_000_000);
  const { instances } = JSON.parse(body!.toString()) as { instances: IndexedInstance[] };
  for (const { key, bytes, sha256 } of instances) {
    const object = await store.readBytes(key, bytes);
    assert.ok(object !== undefined, key);
    assert.deepEqual([object.length, createHash('sha256').update(object).digest('hex')], [bytes, sha256]);
  }
  return instances.toSorted((a, b) => a.instanceNumber - b.instanceNumber);
}
