import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api } from 'dicomweb-client';
import { JobRecord_State, type StagingResult } from '@hepastage/proto';
import { BrowserRequest } from '../helpers/browser-request.ts';
import { jobsOfStudy } from '../helpers/jobs-of-study.ts';
import { startOrthanc } from '../helpers/orthanc-server.ts';
import { imagesBelow } from '../helpers/phantom-images.ts';
import { phantomDicom, type PhantomDicom } from '../helpers/phantom-dicom.ts';
import { assertSameResult } from '../helpers/same-result.ts';
import { follow, runToEnd } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

let system: System;
let phantom: PhantomDicom;
let twin: StagingResult;
before(async () => {
  system = await startSystem('directory', undefined, {
    HEPASTAGE_QUIET_MS: '1500',
    HEPASTAGE_UID_KEY: 'a key for the tests that is long enough',
  });
  await system.startWorker();
  phantom = await phantomDicom('siemens');
  const { t1w, t2w } = phantom;
  const job = await runToEnd(system.client, { t1w, t2w });
  twin = await system.client.result(job.jobId);
});
after(async () => {
  await system[Symbol.asyncDispose]();
  await phantom[Symbol.asyncDispose]();
});

test('Orthanc’s STOW-RS client sends a study in two requests, and it is staged once', async () => {
  await using orthanc = await startOrthanc({ hepastage: `${system.api.url}/dicomweb/` });
  const ask = async (path: string, body: Uint8Array | object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${orthanc.url}/${path}`, {
      method: 'POST',
      headers: orthanc.headers,
      body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
    });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const images = await imagesBelow(phantom.folder);
  const series = new Set<unknown>();
  for (const image of images) series.add((await ask('instances', image))['ParentSeries']);

  // Two requests of a client that has more to send than it likes to send at once.
  const all = [...series];
  const halves = [all.filter((_, n) => n % 2 === 0), all.filter((_, n) => n % 2 === 1)];
  const sent = await Promise.all(
    halves.map(async (half) =>
      ask('dicom-web/servers/hepastage/stow', { Resources: half, Synchronous: true }),
    ),
  );
  const count = sent.reduce((sum, { InstancesCount }) => sum + Number(InstancesCount), 0);
  assert.equal(count, images.length, JSON.stringify(sent));
  await assertStagedOnce();
});

test('dicomweb-client sends a study, and learns what was refused', async () => {
  const client = new api.DICOMwebClient({
    url: `${system.api.url}/dicomweb`,
    singlepart: false,
    verbose: false,
  });
  const send = async (datasets: readonly Uint8Array[]) =>
    (await client.storeInstances({
      datasets: datasets.map((bytes) => new Uint8Array(bytes).buffer),
      request: { instance: new BrowserRequest() },
    })) as unknown as string;
  const images = await imagesBelow(phantom.folder);
  const answer = JSON.parse(await send(images)) as Record<string, { Value?: unknown[] }>;
  assert.equal(answer['00081199']?.Value?.length, images.length);
  assert.equal(answer['00081198'], undefined);
  await assertStagedOnce();
  await assert.rejects(send([Buffer.from('no DICOM object')]), { message: 'request failed', status: 409 });
});

/** Since the last time that this was asked. */
const known = new Set<string>();
async function assertStagedOnce(): Promise<void> {
  const jobs = await jobsOfStudy(system.api.url, phantom.studyInstanceUid);
  const [job, ...more] = jobs.filter(({ jobId }) => !known.has(jobId));
  assert.deepEqual(more, []);
  known.add(job!.jobId);
  const done = await follow(system.client, job!);
  assert.equal(done.state, JobRecord_State.SUCCEEDED, done.error?.message);
  assertSameResult(await system.client.result(done.jobId), twin);
}
