import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { JobRecordJson, StagingResultJson } from '@hepastage/proto';
import { freePorts } from '../helpers/free-port.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const demo = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

test('the demo prints one JSON document and ends with everything that it started', async (context) => {
  const { child, port, store } = await startDemo(context, { options: ['--json'] });
  const [stdout] = await Promise.all([text(child.stdout!), once(child, 'exit')]);
  assert.equal(child.exitCode, 0);
  const { job, result } = JSON.parse(stdout) as { job: JobRecordJson; result: StagingResultJson };
  assert.equal(job.state, 'SUCCEEDED');
  const sum = result.probabilities!.reduce((total, { probability }) => total + Number(probability), 0);
  assert.ok(Math.abs(sum - 1) < 1e-5);
  assert.deepEqual(
    result.artefacts!.map(({ name }) => name),
    [
      'heatmap.t1w.nii.gz',
      'key-slice.t1w.png',
      'key-slice.t1w.dcm',
      'heatmap.t2w.nii.gz',
      'key-slice.t2w.png',
      'key-slice.t2w.dcm',
      'report.sr.dcm',
      'report.fhir.json',
    ],
  );
  for (const { name, sha256 } of result.artefacts!) {
    const path = join(store, `tenants/default/jobs/${job.jobId}/artefacts/${sha256}/${name}`);
    assert.ok(existsSync(path), name);
  }
  await assert.rejects(fetch(`http://127.0.0.1:${port}/livez`));
});

test(
  'with --keep it goes on until SIGTERM, and leaves no process behind',
  { timeout: 60_000 },
  async (context) => {
    const { child, port } = await startDemo(context, { options: ['--json', '--keep'] });
    const [document] = (await once(child.stdout!, 'data')) as [Buffer];
    assert.equal((JSON.parse(document.toString()) as { job: JobRecordJson }).job.state, 'SUCCEEDED');
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    assert.equal(ready.status, 200);
    await ready.arrayBuffer();
    const started = await descendantsOf(child.pid!);
    assert.ok(started.length >= 3, `Redis, API and worker run: ${started.length} processes`);
    child.kill('SIGTERM');
    await once(child, 'exit');
    assert.equal(child.exitCode, 0);
    await Promise.all(started.map(hasEnded));
  },
);

test('killed with -9, it leaves no process behind either', { timeout: 60_000 }, async (context) => {
  const { child } = await startDemo(context, { options: ['--json', '--keep'] });
  await once(child.stdout!, 'data');
  const started = await descendantsOf(child.pid!);
  assert.ok(started.length >= 3, `Redis, API and worker run: ${started.length} processes`);
  child.kill('SIGKILL');
  await Promise.all(started.map(hasEnded));
});

test('a port that somebody else listens on is said to be taken, and nobody else is talked to', async (context) => {
  let requests = 0;
  const other = createServer((_request, response) => {
    requests++;
    response.end('ready');
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  context.after(() => other.close());
  const taken = (other.address() as AddressInfo).port;

  const { child } = await startDemo(context, { options: ['--json', '--keep'], port: taken });
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')]);
  assert.equal(child.exitCode, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    new RegExp(`port ${taken} is taken; stop what listens there, or set PORT to a free port`),
  );
  assert.equal(requests, 0);
});

test('options that make no study are refused before anything is started', async (context) => {
  const { child } = await startDemo(context, { options: ['--t2w-liver-mask', 'mask.nii'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')]);
  assert.equal(child.exitCode, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^NO_SEQUENCE: /);
});

async function startDemo(
  context: TestContext,
  { options, port: wanted }: { options: string[]; port?: number },
): Promise<{ child: ChildProcess; port: number; store: string }> {
  const port = wanted ?? (await freePorts(1))[0]!;
  const directory = await temporaryDirectory('demo');
  const store = directory.path;
  const child = spawn(process.execPath, [demo, ...options], {
    // A Redis of its own, as a newcomer gets: not the one that `npm test` runs for all files.
    env: { ...process.env, REDIS_URL: '', PORT: String(port), HEPASTAGE_OBJECT_STORE: store },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  context.after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await directory[Symbol.asyncDispose]();
  });
  return { child, port, store };
}

/** Resolves once the process is gone or a zombie: watchdogs end a moment after the demo, by the end of their pipe. Never, if it lives on. */
async function hasEnded(pid: number): Promise<void> {
  while (true) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tgone');
    if (/^State:\t(Z|gone)/m.test(status)) return;
    await delay(20);
  }
}

/** Every process that `pid` started, directly or not. */
async function descendantsOf(pid: number): Promise<number[]> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
  const direct = children === '' ? [] : children.split(' ').map(Number);
  return [...direct, ...(await Promise.all(direct.map(descendantsOf))).flat()];
}
