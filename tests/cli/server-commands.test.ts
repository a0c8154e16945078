import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  decodeText,
  JobRecord_State,
  JobRecordSchema,
  StagingResultSchema,
  StudyMetadataSchema,
  StudyRequestSchema,
} from '@hepastage/proto';
import { objectKeys } from '@hepastage/platform';
import { hepastage } from '../helpers/command.ts';
import { startService } from '../helpers/service-process.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

test('submit, watch and result follow a study through a server', async () => {
  await using opened = new AsyncDisposableStack();
  const system = opened.use(await startSystem());
  await system.startWorker();
  const folder = opened.use(await temporaryDirectory('result'));
  const server = ['--server', system.api.url];

  const study = ['--t1w', phantomStudy('mild').t1w, '--reference', 'trial-7'];
  const submitted = await hepastage('submit', ...study, '--json', ...server);
  assert.equal(submitted.exitCode, 0, submitted.stdout);
  const { jobId, metadata } = decodeText(JobRecordSchema, submitted.stdout);
  assert.equal(metadata?.externalReference, 'trial-7');

  const watched = await hepastage('watch', jobId, ...server);
  assert.equal(watched.exitCode, 0, watched.stderr);
  assert.match(watched.stdout, /^SUCCEEDED (mild|moderate|severe)\n$/);

  const fetched = await hepastage('result', jobId, '--out', folder.path, '--json', ...server);
  assert.equal(decodeText(StagingResultSchema, fetched.stdout).jobId, jobId);
  assert.deepEqual((await readdir(folder.path)).sort(), [
    'heatmap.t1w.nii.gz',
    'key-slice.t1w.dcm',
    'key-slice.t1w.png',
    'report.fhir.json',
    'report.sr.dcm',
    'result.json',
  ]);
});

test('all four files arrive as they are, and the bytes sent are told', async () => {
  await using system = await startSystem();
  const told: [number, number][] = [];
  const metadata = create(StudyMetadataSchema, { externalReference: 'ü "quoted"' });
  const files = phantomStudy('severe');
  const record = await system.client.submit(files, metadata, (sent, total) => told.push([sent, total]));
  assert.equal(record.metadata?.externalReference, 'ü "quoted"');
  const [sent, total] = told.at(-1)!;
  assert.equal(sent, total);

  const job = join(system.settings['HEPASTAGE_OBJECT_STORE']!, objectKeys.job(record.tenant, record.jobId));
  const request = decodeText(StudyRequestSchema, await readFile(join(job, 'request.json'), 'utf8'));
  const digests = [files.t1w, files.t2w, files.t1wLiverMask, files.t2wLiverMask].map(digestOf);
  assert.deepEqual(request.inputs.map(({ sha256 }) => sha256).sort(), (await Promise.all(digests)).sort());
});

async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

test('watch outlives a restart of the server', async () => {
  await using opened = new AsyncDisposableStack();
  const system = opened.use(await startSystem());
  const { t2w } = phantomStudy('mild');
  const { jobId } = await system.client.submit({ t2w }, create(StudyMetadataSchema, {}));
  const trouble = Promise.withResolvers<void>();
  const states: JobRecord_State[] = [];
  const watching = (async () => {
    const records = system.client.watch(jobId, { seconds: 60, onTrouble: () => trouble.resolve() });
    for await (const { state } of records) states.push(state);
  })();
  await system.api.stop();
  await trouble.promise;
  const { port } = new URL(system.api.url);
  opened.use(await startService('api', { ...system.settings, PORT: port }));
  await system.startWorker();
  await watching;
  assert.equal(states.at(-1), JobRecord_State.SUCCEEDED);
});

test('the server’s refusal is shown with its code', async () => {
  await using system = await startSystem();
  const server = ['--server', system.api.url];
  const { exitCode, stderr } = await hepastage('result', 'no-such-job', ...server);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^404 JOB_NOT_FOUND: /);
  const forPrograms = await hepastage('watch', 'no-such-job', '--json', ...server);
  assert.equal(forPrograms.exitCode, 1);
  assert.equal((JSON.parse(forPrograms.stdout) as { code: string }).code, 'JOB_NOT_FOUND');
});
