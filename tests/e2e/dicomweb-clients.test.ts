import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { JobRecord_State, type StagingResult } from '@hepastage/proto';
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

test('Orthanc’s STOW-RS client sends a study, in batches, and it is staged once', async () => {
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
  let study: unknown;
  for (const image of images) study = (await ask('instances', image))['ParentStudy'];

  const sent = await ask('dicom-web/servers/hepastage/stow', { Resources: [study], Synchronous: true });
  assert.deepEqual(Number(sent['InstancesCount']), images.length, JSON.stringify(sent));
  const [job, ...more] = await jobsOfStudy(system.api.url, phantom.studyInstanceUid);
  assert.deepEqual(more, []);
  const done = await follow(system.client, job!);
  assert.equal(done.state, JobRecord_State.SUCCEEDED, done.error?.message);
  assertSameResult(await system.client.result(done.jobId), twin);
});
