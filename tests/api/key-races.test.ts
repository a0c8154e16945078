import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { PolicyStore } from '@hepastage/access';
import type { ApiDeps } from '@hepastage/api';
import { objectKeys } from '@hepastage/platform';
import { decodeText, type JobRecordJson, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';
import { type RedisServer, startLocalRedis } from '../helpers/redis-server.ts';
import { acceptedLines } from './accepted-lines.ts';
import { type ApiUnderTest, startApi, tenant } from './api-under-test.ts';
import { holdCall, type HeldCall } from './held-call.ts';
import { postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';

/** What makes two requests one: a key, or the content where a tenant wants that. */
const kinds = ['idempotency', 'content'] as const;
type Kind = (typeof kinds)[number];

/** Everything that is awaited from the last byte of a study to its answer, in order. */
const steps: readonly {
  readonly name: string;
  readonly hold: (at: { context: TestContext; deps: ApiDeps; kind: Kind; when: When }) => HeldCall;
}[] = [
  {
    name: 'its name is written',
    hold: ({ context, deps, kind, when }) =>
      holdCall(context, deps.store, ['writeBytes'], (key) => String(key).includes(`/${kind}/`), when),
  },
  {
    name: 'it is in the audit log',
    hold: ({ context, deps, when }) => holdCall(context, deps.audit, ['append'], isAny, when),
  },
  {
    name: 'its request.json is written',
    hold: ({ context, deps, when }) =>
      holdCall(
        context,
        deps.store,
        ['writeBytes', 'create'],
        (key) => String(key).endsWith('/request.json'),
        when,
      ),
  },
  {
    name: 'its record is written',
    hold: ({ context, deps, when }) => holdCall(context, deps.status, ['create'], isAny, when),
  },
  {
    name: 'it is queued',
    hold: ({ context, deps, when }) => holdCall(context, deps.queue, ['add'], isAny, when),
  },
];
/** Those that come once a study is accepted. */
const laterSteps = steps.slice(3);
type When = 'before' | 'after';
const isAny = () => true;

for (const kind of kinds) {
  describe(`Redis is lost while a study is accepted, and another with the same ${kind} comes`, () => {
    let redis: RedisServer;
    let api: ApiUnderTest;
    before(async () => {
      redis = await startLocalRedis();
      api = await startApi({ redis });
      if (kind === 'content')
        await new PolicyStore(api.deps.store, api.deps.audit).put(tenant, { deduplicate: true });
    });
    after(async () => {
      await api[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    });

    for (const { name, hold } of steps) {
      for (const when of ['before', 'after'] as const) {
        for (const end of ['goes on', 'fails'] as const) {
          const post = async () => postNamed(api, kind, `${name}, ${when}, ${end}`);
          test(`${when} ${name}, which ${end} then: one job, and it stays`, async (context) => {
            const step = hold({ context, deps: api.deps, kind, when });
            const first = post();
            await step.reached;
            await api.deps.redis.flushall();
            const second = await post();
            step.release(end === 'fails' ? new Error('no answer') : undefined);
            await assertOneJob(api, [await first, second], post);
          });
        }
      }
    }

    test('two that do not know of each other: one job at most, and sent again it is one', async (context) => {
      const post = async () => postNamed(api, kind, 'two at once');
      const at = { context, deps: api.deps, kind, when: 'after' } as const;
      const [toName] = steps;
      const one = toName!.hold(at);
      const first = post();
      await one.reached;
      await api.deps.redis.flushall();
      const other = toName!.hold(at);
      const second = post();
      await other.reached;
      one.release();
      other.release();
      await assertOneJob(api, await Promise.all([first, second]), post);
    });
  });
}

for (const kind of kinds) {
  for (const { name, hold } of laterSteps) {
    test(`a study that was accepted, but fails before ${name}, is the same job for whoever sends the same ${kind}`, async (context) => {
      await using api = await startApi();
      await new PolicyStore(api.deps.store, api.deps.audit).put(tenant, { deduplicate: kind === 'content' });
      const post = async () => postNamed(api, kind, name);
      const step = hold({ context, deps: api.deps, kind, when: 'before' });
      const first = post();
      await step.reached;
      // Whatever is taken back is slow.
      const removal = holdCall(context, api.deps.queue, ['remove'], isAny, 'before');
      step.release(new Error('no answer'));
      await Promise.race([first, removal.reached]);
      const second = await post();
      removal.release();
      await assertOneJob(api, [await first, second], post);
    });
  }

  for (const { name, hold } of steps) {
    for (const when of ['before', 'after'] as const) {
      test(`a study that fails ${when} ${name}, and is not sent again under its ${kind}: if it is accepted it is in the log, and counts`, async (context) => {
        await using api = await startApi();
        await new PolicyStore(api.deps.store, api.deps.audit).put(tenant, {
          deduplicate: kind === 'content',
        });
        const step = hold({ context, deps: api.deps, kind, when });
        const answer = postNamed(api, kind, name);
        await step.reached;
        step.release(new Error('no answer'));
        assert.equal((await answer).status, 500);
        const stored = (await requestsIn(api)).map(({ jobId }) => jobId);
        const stays = laterSteps.some((later) => later.name === name) || isWrite(name, when);
        assert.equal(stored.length, stays ? 1 : 0);
        const logged = new Set((await acceptedLines(api)).map((line) => line.split(' ').at(-1)));
        assert.ok(stored.every((jobId) => logged.has(jobId)));
        const { studies, bytes } = await api.deps.quotas.spent(tenant);
        assert.ok(studies >= stored.length);
        assert.ok(bytes >= stored.length * volume().length);
      });
    }
  }
}

/** Whether a study's request.json was written, and nobody was told. */
function isWrite(name: string, when: When): boolean {
  return name === 'its request.json is written' && when === 'after';
}

async function postNamed(api: ApiUnderTest, kind: Kind, study: string): Promise<Response> {
  const metadata = JSON.stringify({ externalReference: study.replaceAll(/[^a-z]+/g, '-').slice(0, 64) });
  const headers = kind === 'idempotency' ? { 'idempotency-key': study } : undefined;
  return postStudy(
    api.url,
    [
      ['t1w', volume()],
      ['metadata', metadata],
    ],
    headers,
  );
}

/** All who were told of a job were told of the same, which is there and will be staged; all others may send the study again, and are told of it, too. */
async function assertOneJob(
  api: ApiUnderTest,
  answers: readonly Response[],
  post: () => Promise<Response>,
): Promise<void> {
  const told = new Set<string>();
  for (const answer of answers) {
    if (answer.status === 202) told.add(((await answer.json()) as JobRecordJson).jobId!);
    else
      assert.match(
        (await problemOf(answer)).code,
        /^(QUEUE_UNAVAILABLE|IDEMPOTENCY_KEY_IN_FLIGHT|INTERNAL)$/,
      );
  }
  const again = await post();
  assert.equal(again.status, 202);
  const { jobId = '', metadata } = (await again.json()) as JobRecordJson;
  assert.deepEqual(
    [...told, jobId].filter((id) => id !== jobId),
    [],
    'one job',
  );

  const record = (await (await fetch(`${api.url}/v1/jobs/${jobId}`)).json()) as JobRecordJson;
  assert.equal(record.state, 'QUEUED');
  assert.equal(await api.deps.queue.state(jobId), 'waiting');
  const stored = (await requestsIn(api))
    .filter((request) => request.metadata?.externalReference === metadata?.externalReference)
    .map((request) => request.jobId);
  assert.deepEqual(stored, [jobId], 'of which there is one request');
}

/** Of all studies that were accepted. */
async function requestsIn({ deps: { store } }: ApiUnderTest): Promise<StudyRequest[]> {
  const requests: StudyRequest[] = [];
  for await (const { key, bytes } of store.list(objectKeys.jobs(tenant))) {
    if (!key.endsWith('/request.json') || bytes === 0) continue;
    requests.push(decodeText(StudyRequestSchema, String(await store.readBytes(key, bytes))));
  }
  return requests;
}
