import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { type JobRecord, JobRecord_State } from '@hepastage/proto';
import { eventually } from '../api/eventually.ts';
import { freePorts } from '../helpers/free-port.ts';
import { handOutAgain } from '../helpers/hand-out-again.ts';
import { samplesOf, valuesBy } from '../helpers/metrics.ts';
import { type OrthancServer, startOrthanc } from '../helpers/orthanc-server.ts';
import { phantomDicom } from '../helpers/phantom-dicom.ts';
import type { ServiceProcess } from '../helpers/service-process.ts';
import { phantomStudy, runToEnd } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

let orthanc: OrthancServer;
before(async () => {
  orthanc = await startOrthanc();
});
after(async () => orthanc.stop());

const { t1w } = phantomStudy('mild');
/** Credentials that the PACS does not know. */
const outdated = 'Basic c2VjcmV0OnNlY3JldA==';
const settingsFor = (url: string) => ({
  HEPASTAGE_PACS_URL: url,
  HEPASTAGE_PACS_AUTHORIZATION: orthanc.headers['authorization']!,
  HEPASTAGE_PACS_RETRY_SECONDS: '1',
});

test('the objects of a study arrive in the PACS, under the study’s hashed UID', async () => {
  await using system = await startSystem();
  const worker = await system.startWorker(settingsFor(orthanc.dicomWebUrl));
  await using phantom = await phantomDicom('siemens');
  const job = await stages(system, { study: phantom.zip });
  await eventually(async () => pushes(worker), { stored: 1 });

  const { artefacts } = await system.client.result(job.jobId);
  const names = artefacts.map(({ name }) => name).filter((name) => name.endsWith('.dcm'));
  assert.equal(names.length, 5);
  const modalities = await inPacs(job.studyInstanceUid, '00080060');
  assert.deepEqual(modalities.toSorted(), ['OT', 'OT', 'OT', 'OT', 'SR']);
  assert.notEqual(job.studyInstanceUid, phantom.studyInstanceUid);
  assert.deepEqual(await inPacs(phantom.studyInstanceUid, '00080060'), []);
  assert.ok(!worker.log().includes(orthanc.headers['authorization']!.slice('Basic '.length)));
});

test('a PACS that is down fails no study: it is asked again, and the end is counted', async () => {
  await using system = await startSystem();
  const [port] = await freePorts(1);
  const worker = await system.startWorker({
    ...settingsFor(`http://127.0.0.1:${port}/dicom-web`),
    HEPASTAGE_PACS_ATTEMPTS: '2',
  });
  await stages(system, { t1w });
  await eventually(async () => pushes(worker), { unavailable: 2, 'given-up': 1 });
  assert.match(worker.log(), /"msg":"push to the PACS given up"/);
  assert.deepEqual(
    (await samplesOf(worker.url, 'hepastage_jobs_total'))
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => [labels['outcome'], value]),
    [['succeeded', 1]],
  );
});

test('while a PACS refuses the credentials no result is lost: the next worker has new ones', async () => {
  await using system = await startSystem();
  const old = await system.startWorker({
    ...settingsFor(orthanc.dicomWebUrl),
    HEPASTAGE_PACS_AUTHORIZATION: outdated,
    // Longer than this worker lives: it tries once.
    HEPASTAGE_PACS_RETRY_SECONDS: '5',
  });
  await stages(system, { t1w });
  await eventually(async () => pushes(old), { unavailable: 1 });
  assert.match(old.log(), /"outcome":"unavailable","attempts":1,"status":401/);
  assert.equal(await old.stop(), 0, old.log());
  const next = await system.startWorker(settingsFor(orthanc.dicomWebUrl));
  await eventually(async () => pushes(next), { stored: 1 });
});

test('a PACS that refuses the credentials for good: the push is given up, and that is counted and logged', async () => {
  await using system = await startSystem();
  const worker = await system.startWorker({
    ...settingsFor(orthanc.dicomWebUrl),
    HEPASTAGE_PACS_AUTHORIZATION: outdated,
    HEPASTAGE_PACS_ATTEMPTS: '2',
  });
  await stages(system, { t1w });
  await eventually(async () => pushes(worker), { unavailable: 2, 'given-up': 1 });
  assert.match(worker.log(), /"level":"error"[^\n]*"msg":"push to the PACS given up"/);
});

test('a push that a shutdown interrupts is another worker’s to finish', async () => {
  await using system = await startSystem();
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  try {
    const { port } = silent.address() as AddressInfo;
    const asked = once(silent, 'request');
    const leaving = await system.startWorker({
      ...settingsFor(`http://127.0.0.1:${port}`),
      HEPASTAGE_SHUTDOWN_SECONDS_MAX: '0',
    });
    await stages(system, { t1w });
    await asked;
    assert.equal(await leaving.stop(), 0, leaving.log());
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
  const next = await system.startWorker(settingsFor(orthanc.dicomWebUrl));
  await eventually(async () => pushes(next), { stored: 1 });
});

test('a study whose worker died after its success, and before its push was queued, is pushed by the next', async () => {
  await using system = await startSystem();
  const without = await system.startWorker();
  const job = await stages(system, { t1w });
  assert.equal(await without.stop(), 0);
  await handOutAgain(system, job);
  const next = await system.startWorker(settingsFor(orthanc.dicomWebUrl));
  await eventually(async () => pushes(next), { stored: 1 });
});

async function stages(system: System, files: Parameters<typeof runToEnd>[1]): Promise<JobRecord> {
  const job = await runToEnd(system.client, files);
  assert.equal(job.state, JobRecord_State.SUCCEEDED, job.error?.message);
  return job;
}

/** Pushes of a worker, by outcome, without what never happened. */
async function pushes(worker: ServiceProcess): Promise<Record<string, number>> {
  return valuesBy(worker.url, 'hepastage_pacs_pushes_total', 'outcome');
}

/** What the PACS says of each instance of a study. */
async function inPacs(studyInstanceUid: string, tag: string): Promise<string[]> {
  const response = await fetch(`${orthanc.dicomWebUrl}/studies/${studyInstanceUid}/instances`, {
    headers: { ...orthanc.headers, accept: 'application/dicom+json' },
  });
  if (response.status === 404) return [];
  assert.equal(response.status, 200);
  const found = (await response.json()) as Record<string, { Value?: string[] }>[];
  return found.map((instance) => instance[tag]?.Value?.[0] ?? '');
}
