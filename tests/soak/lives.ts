import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { JobRecordJson } from '@hepastage/proto';
import { RawUpload } from '../api/raw-upload.ts';
import { postStudy } from '../api/study-form.ts';
import { brokenVolume, soundVolume, unsoundVolume } from './small-studies.ts';

/** A job that has ended and is not erased yet. */
export interface EndedJob {
  readonly jobId: string;
  readonly state: 'SUCCEEDED' | 'FAILED';
  /** Whether an idempotency key stands for it. */
  readonly isNamed: boolean;
}

/** What may become of a study. Returns the job if there is one in the end. */
type Life = (api: string) => Promise<EndedJob | undefined>;

/** Lives that take turns: most studies are staged, and every other way that a study can go is among them. */
const lives: readonly Life[] = [
  staged,
  failed,
  staged,
  sentTwice,
  staged,
  refused,
  staged,
  erasedAtOnce,
  staged,
  brokenOff,
];

/** Sends the study of this number and follows it to its end. Throws where it ends otherwise than it should. */
export async function liveStudy(api: string, number: number): Promise<EndedJob | undefined> {
  return lives[number % lives.length]!(api);
}

/** Erases everything of a job. */
export async function erase(api: string, jobId: string): Promise<void> {
  const response = await fetch(`${api}/v1/jobs/${jobId}`, { method: 'DELETE' });
  assert.equal(response.status, 204, await response.text());
}

async function staged(api: string): Promise<EndedJob> {
  const jobId = await accepted(api, soundVolume);
  return { jobId, state: await endOf(api, jobId, 'SUCCEEDED'), isNamed: false };
}

async function failed(api: string): Promise<EndedJob> {
  const jobId = await accepted(api, unsoundVolume);
  return { jobId, state: await endOf(api, jobId, 'FAILED'), isNamed: false };
}

async function sentTwice(api: string): Promise<EndedJob> {
  const headers = { 'idempotency-key': randomUUID() };
  const jobId = await accepted(api, soundVolume, headers);
  assert.equal(await accepted(api, soundVolume, headers), jobId);
  return { jobId, state: await endOf(api, jobId, 'SUCCEEDED'), isNamed: true };
}

async function refused(api: string): Promise<undefined> {
  const response = await postStudy(api, [['t2w', brokenVolume]]);
  await response.arrayBuffer();
  assert.equal(response.status, 422);
}

/** Waiting, staged or done by then: whatever comes first. */
async function erasedAtOnce(api: string): Promise<undefined> {
  await erase(api, await accepted(api, soundVolume));
}

/** The client goes away in the middle. */
async function brokenOff(api: string): Promise<undefined> {
  const upload = await RawUpload.begin(api, 't2w', soundVolume.length);
  await upload.send(soundVolume.subarray(0, soundVolume.length / 2));
  upload.vanish();
}

async function accepted(
  api: string,
  volume: Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await postStudy(api, [['t2w', volume]], headers);
  const { jobId } = (await response.json()) as JobRecordJson;
  assert.equal(response.status, 202);
  return jobId!;
}

async function endOf<S extends EndedJob['state']>(api: string, jobId: string, expected: S): Promise<S> {
  let state: string | undefined;
  do {
    const response = await fetch(`${api}/v1/jobs/${jobId}`, { headers: { prefer: 'wait=10' } });
    ({ state } = (await response.json()) as JobRecordJson);
  } while (state === 'QUEUED' || state === 'RUNNING');
  assert.equal(state, expected);
  return expected;
}
