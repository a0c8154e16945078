import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeText, JobRecord_State, JobRecordSchema, type StagingResult } from '@hepastage/proto';
import { ApiClient } from '../../packages/cli/src/server/client.ts';
import { seededRandom } from '../../packages/imaging/src/testing/random.ts';
import { eventually } from '../api/eventually.ts';
import { jobsOfStudy } from '../helpers/jobs-of-study.ts';
import { filesBelow, imagesBelow } from '../helpers/phantom-images.ts';
import { phantomDicom, type PhantomDicom } from '../helpers/phantom-dicom.ts';
import { assertSameResult } from '../helpers/same-result.ts';
import { startService } from '../helpers/service-process.ts';
import { OpenStow, stow } from '../helpers/stow.ts';
import { follow, runToEnd } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

const settings = { HEPASTAGE_QUIET_MS: '700', HEPASTAGE_UID_KEY: 'a key for the tests that is long enough' };
/** A quiet period that no test waits for. */
const never = { ...settings, HEPASTAGE_QUIET_MS: '3600000' };

let phantom: PhantomDicom;
let objects: readonly Buffer[];
let system: System;
let twin: StagingResult;
before(async () => {
  phantom = await phantomDicom('ge');
  objects = await imagesBelow(phantom.folder);
  system = await startSystem('directory', undefined, settings);
  await system.startWorker();
  const { t1w, t2w } = phantom;
  const job = await runToEnd(system.client, { t1w, t2w });
  twin = await system.client.result(job.jobId);
});
after(async () => {
  await system[Symbol.asyncDispose]();
  await phantom[Symbol.asyncDispose]();
});

test('a whole study in one request is staged after its quiet period, with the result of its NIfTI twins', async () => {
  const { status, stored, jobIds } = await stow(system.api.url, objects);
  assert.deepEqual([status, stored.length, jobIds.length], [200, objects.length, 1]);
  assert.equal((await system.client.job(jobIds[0]!)).state, JobRecord_State.RECEIVING);
  await assertStaged(jobIds[0]!, system.client);
});

test('in several requests, shuffled and overlapping, from two clients at once: one job, staged once', async () => {
  const { url } = system.api;
  const shuffled = shuffle(objects);
  const size = Math.ceil(shuffled.length / 6);
  const batches = Array.from({ length: 6 }, (_, n) =>
    // Each also brings some of what the one before brought.
    shuffled.slice(Math.max(0, n * size - 5), (n + 1) * size),
  );
  const jobIds = new Set<string>();
  const client = async (mine: readonly (readonly Buffer[])[], study?: string) => {
    for (const batch of mine) {
      const answer = await stow(url, batch, study === undefined ? {} : { study });
      assert.deepEqual([answer.status, answer.stored.length], [200, batch.length]);
      for (const jobId of answer.jobIds) jobIds.add(jobId);
    }
  };
  const [one, two] = [batches.filter((_, n) => n % 2 === 0), batches.filter((_, n) => n % 2 === 1)];
  await Promise.all([client(one), client(two, phantom.studyInstanceUid)]);
  assert.equal(jobIds.size, 1);
  await assertStaged([...jobIds][0]!, system.client);
});

test('two replicas stage a study once', async () => {
  await using other = await startService('api', system.settings);
  const shuffled = shuffle(objects);
  const half = shuffled.length / 2;
  const answers = await Promise.all([
    stow(system.api.url, shuffled.slice(0, half)),
    stow(other.url, shuffled.slice(half)),
  ]);
  const jobIds = new Set(answers.flatMap((answer) => answer.jobIds));
  assert.equal(jobIds.size, 1);
  await assertStaged([...jobIds][0]!, system.client);
});

test('what was answered with 200 outlives an API that is killed, though somebody was sending more of it', async () => {
  await using own = await startSystem('directory', undefined, {
    ...settings,
    // Whoever was sending counts as gone after so long.
    HEPASTAGE_UPLOAD_MS_MAX: '9000',
    HEPASTAGE_REQUEST_MS_MAX: '10000',
    HEPASTAGE_HEADERS_MS_MAX: '5000',
  });
  const { jobIds, status } = await stow(own.api.url, objects);
  assert.equal(status, 200);
  const open = OpenStow.begin(own.api.url);
  const filesBefore = (await filesOf(own)).length;
  for (const object of objects.slice(0, 10)) await open.send(object);
  await eventually(async () => (await filesOf(own)).length > filesBefore, true);
  const ended = once(own.api.process, 'exit');
  own.api.kill('SIGKILL');
  await ended;
  await assert.rejects(open.answer());

  await using again = await startService('api', own.settings);
  await own.startWorker();
  await assertStaged(jobIds[0]!, new ApiClient(again.url));
});

test('a study that is named is staged at once, as was said of it', async () => {
  await using own = await startSystem('directory', undefined, never);
  await own.startWorker();
  const { url } = own.api;
  const { studyInstanceUid } = phantom;
  const half = objects.length / 2;
  await stow(url, objects.slice(0, half));
  const open = OpenStow.begin(url, { study: studyInstanceUid });
  const filesBefore = (await filesOf(own)).length;
  for (const object of objects.slice(half)) await open.send(object);
  await eventually(async () => (await filesOf(own)).length > filesBefore, true);
  const metadata = { externalReference: 'mine', series: { t1w: phantom.seriesUids.t1w } };
  assert.deepEqual(await codeOf(await complete(url, { studyInstanceUid, metadata })), [
    409,
    'STUDY_ARRIVING',
  ]);
  const { jobIds } = await open.end();
  const response = await complete(url, { studyInstanceUid, metadata });
  assert.equal(response.status, 202);
  const record = decodeText(JobRecordSchema, await response.text());
  assert.deepEqual([record.jobId, record.metadata?.externalReference], [jobIds[0], 'mine']);
  await assertStaged(record.jobId, own.client);
  assert.deepEqual(await codeOf(await complete(url, { studyInstanceUid })), [404, 'STUDY_NOT_FOUND']);
  const [found, ...more] = await jobsOfStudy(url, studyInstanceUid);
  assert.deepEqual([found?.jobId, more], [record.jobId, []]);

  // What comes now is another job.
  const later = await stow(url, objects.slice(0, 1));
  assert.notEqual(later.jobIds[0], record.jobId);
});

test('a study that is erased while it arrives leaves nothing, and is staged when it is sent again', async () => {
  await using own = await startSystem('directory', undefined, never);
  await own.startWorker();
  const first = await stow(own.api.url, objects.slice(0, 40));
  const erased = await fetch(`${own.api.url}/v1/jobs/${first.jobIds[0]}`, { method: 'DELETE' });
  assert.equal(erased.status, 204);
  assert.deepEqual(await filesOf(own), []);
  const second = await stow(own.api.url, objects);
  assert.notEqual(second.jobIds[0], first.jobIds[0]);
  await complete(own.api.url, { studyInstanceUid: phantom.studyInstanceUid });
  await assertStaged(second.jobIds[0]!, own.client);
});

test('a store that fails while a study is closed is tried again until it works', async () => {
  await using own = await startSystem('directory', undefined, { ...settings, HEPASTAGE_QUIET_MS: '1500' });
  await own.startWorker();
  const { jobIds } = await stow(own.api.url, objects);
  // Nothing can be written where files are begun.
  const unfinished = join(own.settings['HEPASTAGE_OBJECT_STORE']!, '.unfinished');
  await rename(unfinished, `${unfinished}-away`);
  await writeFile(unfinished, '');
  await eventually(async () => /"msg":"arrival not closed"/.test(own.api.log()), true);
  assert.equal((await own.client.job(jobIds[0]!)).state, JobRecord_State.RECEIVING);
  await rm(unfinished);
  await rename(`${unfinished}-away`, unfinished);
  await assertStaged(jobIds[0]!, own.client);
});

test('what else a PACS keeps in the folder is refused by name, and the study is staged', async () => {
  const files = await filesBelow(phantom.folder);
  const all = await Promise.all(files.map(async (file) => readFile(file)));
  const { status, stored, failures, jobIds } = await stow(system.api.url, all);
  assert.deepEqual([status, stored.length], [202, objects.length]);
  assert.ok(Object.keys(failures).length > 0);
  await assertStaged(jobIds[0]!, system.client);
});

async function assertStaged(jobId: string, client: ApiClient): Promise<void> {
  const job = await follow(client, await client.job(jobId));
  assert.equal(job.state, JobRecord_State.SUCCEEDED, job.error?.message);
  assert.equal(job.attempt, 1, 'once');
  assertSameResult(await client.result(jobId), twin);
}

async function complete(url: string, said: object): Promise<Response> {
  return fetch(`${url}/v1/studies`, {
    method: 'POST',
    body: JSON.stringify(said),
    headers: { 'content-type': 'application/json' },
  });
}

async function codeOf(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

async function filesOf({ settings: { HEPASTAGE_OBJECT_STORE: root = '' } }: System): Promise<string[]> {
  // What was done is said for ever: no study is in it.
  return (await filesBelow(root)).filter((file) => !/\/(\.unfinished|audit)\//.test(file));
}

function shuffle<T>(items: readonly T[]): T[] {
  const random = seededRandom(5);
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
