import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { createLogger, openStatusStore, type StatusStore } from '@hepastage/platform';
import { now, StudyRequestSchema } from '@hepastage/proto';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../../../tests/api/eventually.ts';
import { leakingNothing } from '../../../tests/helpers/leaks.ts';
import { type RedisServer, startRedis } from '../../../tests/helpers/redis-server.ts';
import { DisabledTargets } from './disabled-targets.ts';
import { NoticeQueue } from './notice-queue.ts';
import { NoticeSender, type NoticeSenderOptions, type SendingEvent } from './notice-sender.ts';
import { shownSecret, tenantSecret } from './tenant-secret.ts';
import { startReceiver } from './testing/receiver.ts';

const logger = createLogger('test', 'silent');
const tenant = 'radiology';
const key = 'a key of the tests, which is long enough';

let redis: RedisServer;
before(async () => {
  redis = await startRedis();
});
after(async () => redis.stop());

test(
  'a notice arrives once, signed',
  leakingNothing(async () => {
    await using receiver = await startReceiver();
    await using system = await start();
    const jobId = await endedJob(system.status, receiver.url);
    await system.notices.add({ tenant, jobId });
    await eventually(async () => system.kindsOf(jobId), ['delivered']);
    assert.equal(receiver.received.length, 1);
    const { body, headers } = receiver.received[0]!;
    const secret = shownSecret(tenantSecret(key, tenant));
    const told = new Webhook(secret).verify(body, headers as Record<string, string>) as { data: unknown };
    assert.deepEqual(told.data, { jobId, state: 'SUCCEEDED' });
  }),
);

test(
  'a notice that waits is not queued twice',
  leakingNothing(async () => {
    await using receiver = await startReceiver();
    await using system = await start({ isSending: false });
    const jobId = await endedJob(system.status, receiver.url);
    await Promise.all([1, 2, 3].map(async () => system.notices.add({ tenant, jobId })));
    await using sending = await start();
    const last = await endedJob(system.status, receiver.url);
    await system.notices.add({ tenant, jobId: last });
    await eventually(async () => sending.kindsOf(last), ['delivered']);
    await eventually(async () => sending.kindsOf(jobId), ['delivered']);
    assert.equal(receiver.received.length, 2);
  }),
);

test(
  'a notice that comes before its job’s end waits for it',
  leakingNothing(async () => {
    await using receiver = await startReceiver();
    await using system = await start();
    const jobId = await openJob(system.status, receiver.url);
    await system.notices.add({ tenant, jobId });
    // Added later, and taken before: the other has been looked at by then.
    const last = await endedJob(system.status, receiver.url);
    await system.notices.add({ tenant, jobId: last });
    await eventually(async () => system.kindsOf(last), ['delivered']);
    assert.deepEqual(system.eventsOf(jobId), []);
    assert.ok(await system.status.recover(tenant, jobId, { stage: 'MILD', model: 'm@1' }));
    await eventually(async () => system.kindsOf(jobId), ['delivered']);
  }),
);

test(
  'a target that fails is tried again, with the same notice',
  leakingNothing(async () => {
    await using receiver = await startReceiver((response, earlier) =>
      response
        .writeHead([101, 500, 302, 429, 204][earlier]!, {
          location: 'http://127.0.0.1:9/',
          ...(earlier === 0 && { connection: 'upgrade', upgrade: 'websocket' }),
        })
        .end(),
    );
    await using system = await start({ retrySeconds: [0.01, 0.01, 0.01, 0.01] });
    const jobId = await endedJob(system.status, receiver.url);
    await system.notices.add({ tenant, jobId });
    await eventually(
      async () => system.kindsOf(jobId),
      ['failed', 'failed', 'failed', 'failed', 'delivered'],
    );
    assert.deepEqual(
      system.eventsOf(jobId).map((event) => ('reason' in event ? event.reason : '')),
      ['HTTP_1XX', 'HTTP_5XX', 'HTTP_3XX', 'HTTP_4XX', ''],
    );
    assert.deepEqual(
      new Set(receiver.received.map(({ body, headers }) => `${String(headers['webhook-id'])} ${body}`)).size,
      1,
    );
  }),
);

test(
  'a notice whose tries are used up is kept, and sent when it is replayed',
  leakingNothing(async () => {
    let isUp = false;
    await using receiver = await startReceiver((response) => response.writeHead(isUp ? 200 : 503).end());
    await using system = await start({ retrySeconds: [0.01] });
    const jobId = await endedJob(system.status, receiver.url);
    await system.notices.add({ tenant, jobId });
    await eventually(async () => system.kindsOf(jobId), ['failed', 'failed', 'given-up']);
    const dead = await system.notices.dead();
    assert.deepEqual(
      dead.filter((one) => one.jobId === jobId).map(({ reason }) => reason),
      ['HTTP_5XX 503'],
    );
    await system.notices.add({ tenant, jobId });
    isUp = true;
    await system.notices.replay({ tenant, jobId });
    await eventually(async () => system.kindsOf(jobId), ['failed', 'failed', 'given-up', 'delivered']);
    assert.ok(!(await system.notices.dead()).some((one) => one.jobId === jobId));
    await system.notices.replay({ tenant, jobId });
    await eventually(async () => receiver.received.length, 4);
  }),
);

test(
  'a target that is gone is told nothing more until it is enabled again',
  leakingNothing(async () => {
    let status = 410;
    await using receiver = await startReceiver((response) => response.writeHead(status).end());
    await using system = await start();
    const [first, second] = [
      await endedJob(system.status, receiver.url),
      await endedJob(system.status, receiver.url),
    ];
    await system.notices.add({ tenant, jobId: first });
    await eventually(async () => system.kindsOf(first), ['disabled']);
    status = 200;
    await system.notices.add({ tenant, jobId: second });
    await eventually(async () => system.kindsOf(second), ['disabled']);
    assert.equal(receiver.received.length, 1);
    const ours = (await system.disabled.list()).filter(({ url }) => url === receiver.url);
    assert.deepEqual(
      ours.map((one) => one.tenant),
      [tenant],
    );

    assert.ok(await system.disabled.remove(tenant, new URL(receiver.url)));
    assert.ok(!(await system.disabled.remove(tenant, new URL(receiver.url))));
    for (const jobId of [first, second]) await system.notices.replay({ tenant, jobId });
    await eventually(async () => receiver.received.length, 3);
  }),
);

test(
  'a target that may not be called is not tried again',
  leakingNothing(async () => {
    await using receiver = await startReceiver();
    await using system = await start({ allowedTargets: [] });
    for (const target of [`https://localhost:${receiver.port}/`, receiver.url, 'no URL at all']) {
      const jobId = await endedJob(system.status, target);
      await system.notices.add({ tenant, jobId });
      await eventually(async () => system.kindsOf(jobId), ['refused']);
      const reasons = (await system.notices.dead()).filter((one) => one.jobId === jobId);
      assert.deepEqual(
        reasons.map(({ reason }) => reason),
        ['TARGET_REFUSED'],
      );
    }
    assert.deepEqual(receiver.received, []);
  }),
);

test(
  'a study’s own target goes before its tenant’s; without any, and for a job that is gone, nobody is told',
  leakingNothing(async () => {
    await using own = await startReceiver();
    await using tenants = await startReceiver();
    await using system = await start({ targetOf: async (name) => (name === tenant ? tenants.url : '') });
    const [named, unnamed] = [await endedJob(system.status, own.url), await endedJob(system.status, '')];
    await system.notices.add({ tenant, jobId: named });
    await system.notices.add({ tenant, jobId: unnamed });
    await eventually(async () => [own.received.length, tenants.received.length], [1, 1]);
    const strangers = await endedJob(system.status, '', 'surgery');
    await system.notices.add({ tenant: 'surgery', jobId: strangers });
    await eventually(async () => system.kindsOf(strangers), ['none']);
    await system.status.erase(tenant, named);
    await system.notices.add({ tenant, jobId: named });
    await eventually(async () => system.kindsOf(named), ['delivered', 'none']);
  }),
);

test(
  'without a key nothing is sent unsigned, and a store that is away only delays',
  leakingNothing(async () => {
    await using receiver = await startReceiver();
    await using system = await start({ keys: [] });
    const jobId = await endedJob(system.status, receiver.url);
    await system.notices.add({ tenant, jobId });
    await eventually(async () => system.kindsOf(jobId), ['refused']);
    assert.deepEqual(receiver.received, []);
    await system.close();
    let asked = 0;
    await using next = await start({
      targetOf: async () => (asked++ === 0 ? Promise.reject(new Error('away')) : receiver.url),
    });
    const later = await endedJob(next.status, '');
    await next.notices.add({ tenant, jobId: later });
    await eventually(async () => next.kindsOf(later), ['hindered', 'delivered']);
  }),
);

test(
  'a notice that a shutdown interrupts is another sender’s to deliver',
  leakingNothing(async () => {
    await using receiver = await startReceiver((response, earlier) => {
      if (earlier > 0) response.end();
    });
    const leaving = await start();
    const jobId = await endedJob(leaving.status, receiver.url);
    await leaving.notices.add({ tenant, jobId });
    await eventually(async () => receiver.received.length, 1);
    await leaving.close();
    assert.deepEqual(leaving.kindsOf(jobId), []);
    await using next = await start();
    await eventually(async () => next.kindsOf(jobId), ['delivered']);
  }),
);

interface Options extends Partial<
  Pick<NoticeSenderOptions, 'targetOf' | 'keys' | 'allowedTargets' | 'retrySeconds'>
> {
  readonly isSending?: boolean;
}

/** Everything but the receiver, over a real Redis. */
async function start({ isSending = true, ...options }: Options = {}) {
  await using opening = new AsyncDisposableStack();
  const target = { redisUrl: redis.url, redisPrefix: redis.prefix, logger, patience: 'fail-fast' } as const;
  const status = opening.adopt(await openStatusStore(target), async (it) => it.close());
  const notices = opening.adopt(await NoticeQueue.open(target), async (it) => it.close());
  const disabled = opening.use(await DisabledTargets.open(target));
  const events: (readonly [string, SendingEvent])[] = [];
  if (isSending) {
    const sender = await NoticeSender.start({
      ...target,
      status,
      keys: [key],
      targetOf: async () => '',
      allowedTargets: ['127.0.0.1'],
      retrySeconds: [0.01, 0.01, 0.01],
      onEvent: ({ jobId }, event) => void events.push([jobId, event]),
      ...options,
    });
    opening.defer(async () => sender.stop(0));
  }
  const running = opening.move();
  const close = async () => running.disposeAsync();
  const eventsOf = (jobId: string) => events.filter(([of]) => of === jobId).map(([, event]) => event);
  const kindsOf = (jobId: string) => eventsOf(jobId).map(({ kind }) => kind);
  return { status, notices, disabled, eventsOf, kindsOf, close, [Symbol.asyncDispose]: close };
}

async function openJob(status: StatusStore, webhook: string, of = tenant): Promise<string> {
  const jobId = randomUUID();
  await status.create(
    create(StudyRequestSchema, { jobId, tenant: of, createdAt: now(), metadata: { webhook } }),
  );
  return jobId;
}

/** A job that has succeeded. */
async function endedJob(status: StatusStore, webhook: string, of = tenant): Promise<string> {
  const jobId = await openJob(status, webhook, of);
  const claim = await status.claim(of, jobId);
  assert.equal(claim.kind, 'claimed');
  assert.ok(await status.succeed(of, jobId, claim.token, { stage: 'MILD', model: 'm@1' }));
  return jobId;
}
