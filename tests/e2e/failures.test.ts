import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { objectKeys } from '@hepastage/platform';
import { ErrorCode, type JobRecord, JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { samplesOf } from '../helpers/metrics.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

const { t2w } = phantomStudy('mild');

test('a file that was altered in the store is noticed, tried again, and ends the job as FAILED with its code', async () => {
  await using system = await startSystem();
  const job = await system.client.submit({ t2w }, create(StudyMetadataSchema, {}));
  const path = storedFile(system, job);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 0xff;
  await writeFile(path, bytes);

  const worker = await system.startWorker();
  const ended = await follow(system.client, job);
  assert.equal(ended.state, JobRecord_State.FAILED);
  assert.equal(ended.error?.code, ErrorCode.STORE_UNAVAILABLE);
  assert.match(ended.error.message, /^the stored file of t2w is not the one that was uploaded; /);
  assert.doesNotMatch(ended.error.message, /sha256|directory/, 'details are for the log');
  assert.equal(ended.attempt, 3);
  await assert.rejects(system.client.result(job.jobId), /409/);

  const outcomes = await samplesOf(worker.url, 'hepastage_jobs_total');
  const countOf = (outcome: string) => outcomes.find(({ labels }) => labels['outcome'] === outcome)?.value;
  assert.deepEqual([countOf('returned'), countOf('failed')], [2, 1]);
});

test('a study that takes too long is stopped, and says so', async () => {
  await using system = await startSystem();
  const job = await system.client.submit({ t2w }, create(StudyMetadataSchema, {}));
  // Slices wait 1 s for company that never comes; a second is all that the study has.
  await system.startWorker({
    HEPASTAGE_JOB_SECONDS_MAX: '1',
    HEPASTAGE_BATCH_DELAY_MS_MAX: '1000',
    HEPASTAGE_BATCH_SLICES_MAX: '48',
  });
  const ended = await follow(system.client, job);
  assert.equal(ended.error?.code, ErrorCode.JOB_TIMEOUT);
});

function storedFile({ settings }: System, { tenant, jobId }: JobRecord): string {
  return join(settings['HEPASTAGE_OBJECT_STORE']!, objectKeys.input(tenant, jobId, 't2w.nii.gz'));
}
