import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeText, JobRecordSchema, StagingResultSchema } from '@hepastage/proto';
import { hepastage } from '../helpers/command.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';

test('submit, watch and result follow a study through a server', async () => {
  await using opened = new AsyncDisposableStack();
  const system = opened.use(await startSystem());
  await system.startWorker();
  const folder = await mkdtemp(join(tmpdir(), 'hepastage-cli-'));
  opened.defer(async () => rm(folder, { recursive: true }));
  const server = ['--server', system.api.url];

  const submitted = await hepastage(
    'submit',
    '--t1w',
    phantomStudy('mild').t1w,
    '--reference',
    'trial-7',
    '--json',
    ...server,
  );
  assert.equal(submitted.exitCode, 0, submitted.stdout);
  const { jobId, metadata } = decodeText(JobRecordSchema, submitted.stdout);
  assert.equal(metadata?.externalReference, 'trial-7');

  const watched = await hepastage('watch', jobId, ...server);
  assert.equal(watched.exitCode, 0, watched.stderr);
  assert.match(watched.stdout, /^SUCCEEDED (mild|moderate|severe)\n$/);

  const fetched = await hepastage('result', jobId, '--out', folder, '--json', ...server);
  assert.equal(decodeText(StagingResultSchema, fetched.stdout).jobId, jobId);
  assert.deepEqual((await readdir(folder)).sort(), [
    'heatmap.t1w.nii.gz',
    'key-slice.t1w.png',
    'result.json',
  ]);
});

test('the server’s refusal is shown with its code', async () => {
  await using system = await startSystem();
  const { exitCode, stderr } = await hepastage('result', 'no-such-job', '--server', system.api.url);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^404 JOB_NOT_FOUND: /);
});

test('a server that is not there is said to be', async () => {
  const { exitCode, stderr } = await hepastage('watch', 'any', '--server', 'http://127.0.0.1:1');
  assert.equal(exitCode, 1);
  assert.match(stderr, /^NOT_READY: http:\/\/127\.0\.0\.1:1: the server does not answer; is it running\?/);
});
