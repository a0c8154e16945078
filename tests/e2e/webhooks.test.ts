import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { auditEntries } from '@hepastage/access';
import { openObjectStore } from '@hepastage/platform';
import { AuditEntry_Action, type JobRecord, JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { Webhook } from 'standardwebhooks';
import { type Receiver, startReceiver } from '../../packages/webhooks/src/testing/receiver.ts';
import { eventually } from '../api/eventually.ts';
import { freePorts } from '../helpers/free-port.ts';
import { handOutAgain } from '../helpers/hand-out-again.ts';
import { valuesBy } from '../helpers/metrics.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));
const { t1w } = phantomStudy('mild');
const configured = {
  HEPASTAGE_WEBHOOK_KEY: `${'n'.repeat(32)},${'o'.repeat(32)}`,
  HEPASTAGE_WEBHOOK_ALLOWED_TARGETS: '127.0.0.1',
  HEPASTAGE_WEBHOOK_RETRY_SECONDS: '0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2',
};

test('who is named by a study learns of its success and can tell that it was us, under the old secret, too', async () => {
  await using system = await startSystem('directory', undefined, configured);
  await using receiver = await startReceiver();
  await system.startWorker();
  const { jobId, tenant, finishedAt } = await stages(system, receiver.url);
  await eventually(async () => outcomes(system), { delivered: 1 });

  const [{ body, headers }] = receiver.received as [Receiver['received'][0]];
  const secrets = (await webhooks(system, 'secret', '--tenant', tenant)).trim().split('\n');
  assert.equal(secrets.length, 2);
  for (const secret of secrets) {
    const told = new Webhook(secret).verify(body, headers as Record<string, string>);
    assert.deepEqual(told, {
      type: 'job.succeeded',
      timestamp: new Date(Number(finishedAt!.seconds) * 1_000 + finishedAt!.nanos / 1e6).toISOString(),
      data: { jobId, state: 'SUCCEEDED' },
    });
  }
  assert.equal(receiver.received.length, 1);
  assert.doesNotMatch(system.api.log(), /\/hook/);
});

test('a target that was away is told once it is back', async () => {
  await using system = await startSystem('directory', undefined, configured);
  await system.startWorker();
  const [port] = await freePorts(1);
  await stages(system, `http://127.0.0.1:${port}/hook`);
  await eventually(async () => (await outcomes(system))['failed']! > 0, true);
  await using receiver = await startReceiver(undefined, port);
  await eventually(async () => receiver.received.length, 1);
});

test('a study whose worker died after its end, and before its notice was queued, is told of by the next', async () => {
  await using system = await startSystem('directory', undefined, configured);
  await using receiver = await startReceiver();
  const worker = await system.startWorker();
  const job = await stages(system, receiver.url);
  await eventually(async () => receiver.received.length, 1);
  assert.equal(await worker.stop(), 0);
  await handOutAgain(system, job);
  await system.startWorker();
  await eventually(async () => receiver.received.length, 2);
  const [first, second] = receiver.received.map(({ headers, body }) => [headers['webhook-id'], body]);
  assert.deepEqual(first, second);
});

test('an operator finds a target that was gone, enables it, and sends what it missed', async () => {
  await using system = await startSystem('directory', undefined, configured);
  let status = 410;
  await using receiver = await startReceiver((response) => response.writeHead(status).end());
  await system.startWorker();
  const { jobId, tenant } = await stages(system, receiver.url);
  await eventually(async () => outcomes(system), { disabled: 1 });

  const disabled = JSON.parse(await webhooks(system, 'list', '--disabled', '--json')) as { url: string }[];
  assert.deepEqual(
    disabled.map(({ url }) => url),
    [receiver.url],
  );
  assert.match(await webhooks(system, 'list', '--dead'), new RegExp(`^${tenant}\t${jobId}\tTARGET_GONE\t`));
  status = 200;
  await webhooks(system, 'enable', '--tenant', tenant, receiver.url);
  assert.equal((await webhooks(system, 'replay', '--failed')).trim(), jobId);
  await eventually(async () => outcomes(system), { disabled: 1, delivered: 1 });
  assert.equal((await webhooks(system, 'replay', jobId)).trim(), jobId);
  await eventually(async () => outcomes(system), { disabled: 1, delivered: 2 });

  const store = openObjectStore({ objectStore: system.settings['HEPASTAGE_OBJECT_STORE']! });
  const entries = await Array.fromAsync(auditEntries(store, tenant));
  const replays = entries.filter(({ action }) => action === AuditEntry_Action.WEBHOOK_REPLAYED);
  assert.deepEqual(
    replays.map((entry) => [entry.actor, entry.jobId]),
    [
      ['operator', jobId],
      ['operator', jobId],
    ],
  );
});

test('nobody has us call what only we can reach', async () => {
  await using system = await startSystem('directory', undefined, {
    ...configured,
    HEPASTAGE_WEBHOOK_ALLOWED_TARGETS: '',
  });
  await using receiver = await startReceiver();
  await system.startWorker();
  for (const webhook of [
    receiver.url,
    'https://169.254.169.254/latest',
    'https://[::1]/',
    'https://0x7f.1/',
  ]) {
    await assert.rejects(submit(system, webhook), /INVALID_WEBHOOK/);
  }
  // A name shows where it leads only when it is called.
  await stages(system, `https://localhost:${receiver.port}/hook`);
  await eventually(async () => outcomes(system), { refused: 1 });
  assert.deepEqual(receiver.received, []);
});

test('where no webhooks are configured no study may name one', async () => {
  await using system = await startSystem();
  await assert.rejects(submit(system, 'https://example.org/hook'), /INVALID_WEBHOOK.*none are configured/s);
});

async function submit({ client }: System, webhook: string): Promise<JobRecord> {
  return client.submit({ t1w }, create(StudyMetadataSchema, { webhook }));
}

async function stages(system: System, webhook: string): Promise<JobRecord> {
  const job = await follow(system.client, await submit(system, webhook));
  assert.equal(job.state, JobRecord_State.SUCCEEDED, job.error?.message);
  return job;
}

/** What became of notices, without what never happened. */
async function outcomes({ api }: System): Promise<Record<string, number>> {
  return valuesBy(api.url, 'hepastage_webhook_deliveries_total', 'outcome');
}

/** The output of `hepastage webhooks …` on the system's own Redis and object store. */
async function webhooks({ settings }: System, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'webhooks', ...args], {
    env: { ...process.env, ...settings },
  });
  return stdout;
}
