import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { create } from '@bufbuild/protobuf';
import { auditEntries } from '@hepastage/access';
import { objectKeys, openObjectStore } from '@hepastage/platform';
import { AuditEntry_Action, type JobRecord, JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { phantomDicom } from '../helpers/phantom-dicom.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';
import { makeReadable, makeUnreadable } from '../helpers/unreadable-file.ts';

const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

test('studies that failed while the store was away are listed, replayed once, and staged', async () => {
  await using system = await startSystem();
  await using phantom = await phantomDicom('siemens');
  const { client } = system;
  const metadata = create(StudyMetadataSchema, { externalReference: 'reference' });
  const { t2w } = phantomStudy('mild');
  const nifti = await client.submit({ t2w }, metadata);
  const dicom = await client.submit({ study: phantom.zip }, metadata);
  const broken = await client.submit({ t2w }, metadata);
  const files = [inputPath(system, nifti, 't2w.nii.gz'), inputPath(system, dicom, 'study.json')];
  await Promise.all(files.map(makeUnreadable));
  await rm(inputPath(system, broken, 't2w.nii.gz'));
  const failing = await system.startWorker({ HEPASTAGE_RETRY_HOURS: '0' });
  const failed = await Promise.all([nifti, dicom, broken].map(async (job) => follow(client, job)));
  assert.deepEqual(new Set(failed.map(({ state }) => state)), new Set([JobRecord_State.FAILED]));
  assert.equal(await failing.stop(), 0);
  await Promise.all(files.map(makeReadable));

  const before = await deadLetters(system);
  assert.deepEqual(
    new Set(before.map(({ jobId, code, replay }) => `${jobId} ${code} ${replay}`)),
    new Set([nifti, dicom].map(({ jobId }) => `${jobId} STORE_UNAVAILABLE undefined`)),
    'what is lost can’t be replayed',
  );
  const table = await command(system, 'list');
  assert.match(table.stdout, new RegExp(`${nifti.jobId} +default +STORE_UNAVAILABLE +1 `));

  const other = await command(system, 'replay', '--all', '--code', 'JOB_STALLED', '--json');
  assert.deepEqual(JSON.parse(other.stdout), []);
  const { stdout } = await command(system, 'replay', nifti.jobId);
  const [, newId = ''] = new RegExp(`^${nifti.jobId} → (\\S+)$`, 'm').exec(stdout) ?? [];
  const all = await command(system, 'replay', '--all', '--json');
  const [replayed, ...more] = JSON.parse(all.stdout) as { jobId: string; replay: string }[];
  assert.deepEqual(more, []);
  assert.equal(replayed?.jobId, dicom.jobId, 'the other has been replayed before');
  assert.match((await command(system, 'replay', nifti.jobId)).stdout, new RegExp(` → ${newId}$`, 'm'));
  assert.deepEqual(
    new Map((await deadLetters(system)).map(({ jobId, replay }) => [jobId, replay])),
    new Map([
      [nifti.jobId, newId],
      [dicom.jobId, replayed.replay],
    ]),
  );

  // A replay does not need the job that it came from.
  assert.equal((await fetch(`${system.api.url}/v1/jobs/${dicom.jobId}`, { method: 'DELETE' })).status, 204);
  await system.startWorker();
  for (const [jobId, from] of [
    [newId, nifti],
    [replayed.replay, dicom],
  ] as const) {
    const ended = await follow(client, await client.job(jobId));
    assert.equal(ended.state, JobRecord_State.SUCCEEDED, ended.error?.message);
    assert.equal(ended.metadata?.externalReference, 'reference');
    assert.equal(ended.studyInstanceUid, from.studyInstanceUid);
  }
  assert.equal((await client.job(nifti.jobId)).state, JobRecord_State.FAILED, 'what ended stays as it ended');
  assert.deepEqual(new Set(await auditedReplays(system)), new Set([`${nifti.jobId} ${newId}`, `${dicom.jobId} ${replayed.replay}`])); // prettier-ignore
});

test('what can’t be replayed is refused with a code', async () => {
  await using system = await startSystem();
  const { t2w } = phantomStudy('mild');
  const { jobId } = await system.client.submit({ t2w }, create(StudyMetadataSchema, {}));
  const unknown = '00000000-0000-4000-8000-000000000000';
  for (const [expected, ...given] of [
    [/^INVALID_REQUEST: .*has not failed/, jobId],
    [/^JOB_NOT_FOUND: /, unknown],
    [/^JOB_NOT_FOUND: /, jobId, '--tenant', 'other'],
    [/^INVALID_REQUEST: /, jobId, '--all'],
    [/^INVALID_REQUEST: /],
    [/expected an error code/, '--all', '--code', 'NO_SUCH_CODE'],
  ] as const) {
    const { exitCode, stderr } = await command(system, 'replay', ...given);
    assert.equal(exitCode, 1);
    assert.match(stderr, expected);
  }
});

async function command(system: System, ...given: readonly string[]) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, ...system.settings };
    execFile(process.execPath, [main, 'dead-letters', ...given], { env }, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

interface Letter {
  readonly jobId: string;
  readonly code: string;
  readonly replay?: string;
}

async function deadLetters(system: System): Promise<Letter[]> {
  const { stdout, stderr } = await command(system, 'list', '--json');
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Letter[];
}

async function auditedReplays(system: System): Promise<string[]> {
  const store = openObjectStore({ objectStore: system.settings['HEPASTAGE_OBJECT_STORE']! });
  const replays: string[] = [];
  for await (const { action, jobId, target } of auditEntries(store, 'default')) {
    if (action === AuditEntry_Action.JOB_REPLAYED) replays.push(`${jobId} ${target}`);
  }
  await store.close();
  return replays;
}

function inputPath({ settings }: System, { tenant, jobId }: JobRecord, file: string): string {
  return join(settings['HEPASTAGE_OBJECT_STORE']!, objectKeys.input(tenant, jobId, file));
}
