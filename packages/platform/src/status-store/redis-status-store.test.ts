import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  ErrorCode,
  JobErrorSchema,
  JobRecord_State,
  Progress_Step,
  ProgressSchema,
  StudyMetadata_Priority,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import { type RedisServer, startRedis } from '../../../../tests/helpers/redis-server.ts';
import { createLogger } from '../logger.ts';
import { openStatusStore } from './redis-status-store.ts';
import type { StatusStore } from './status-store.ts';

const tenant = 'default';
let redis: RedisServer;
let status: StatusStore;

before(async () => {
  redis = await startRedis();
  status = await openStatusStore({
    redisUrl: redis.url,
    redisPrefix: redis.prefix,
    patience: 'fail-fast',
    logger: createLogger('test', 'silent'),
  });
});
after(async () => {
  await status.close();
  await redis.stop();
});

function request(createdMs = 1_700_000_000_000, externalReference = ''): StudyRequest {
  return create(StudyRequestSchema, {
    jobId: randomUUID(),
    tenant,
    createdAt: timestampFromMs(createdMs),
    metadata: { externalReference, priority: StudyMetadata_Priority.ROUTINE },
  });
}

/** Claims a job that can be claimed, and returns the claim's token. */
async function claimed(jobId: string, attempt = 1): Promise<string> {
  const claim = await status.claim(tenant, jobId);
  assert.ok(claim.kind === 'claimed');
  assert.equal(claim.attempt, attempt);
  return claim.token;
}

test('a record goes from queued through running to succeeded, and each change grows its version', async () => {
  const study = request();
  const { version } = await status.create(study);
  const token = await claimed(study.jobId);
  const progress = create(ProgressSchema, { step: Progress_Step.ENCODE, fraction: 0.5 });
  assert.equal(await status.report(tenant, study.jobId, token, progress), true);
  assert.deepEqual((await status.get(tenant, study.jobId))?.record.progress, progress);
  assert.equal(await status.succeed(tenant, study.jobId, token, { stage: 'mild', model: 'm@1' }), true);

  const found = await status.get(tenant, study.jobId);
  assert.equal(found?.version, version + 3);
  assert.equal(found.record.state, JobRecord_State.SUCCEEDED);
  assert.equal(found.record.stage, 'mild');
  assert.equal(found.record.progress?.fraction, 1);
  assert.deepEqual(found.record.createdAt, study.createdAt);
  assert.notEqual(found.record.startedAt, undefined);
});

test('a change that is sent again because its reply was lost is done, once', async () => {
  const study = request();
  await status.create(study);
  const first = await claimed(study.jobId);
  assert.equal(await status.requeue(tenant, study.jobId, first), true);
  const { version } = (await status.get(tenant, study.jobId))!;
  assert.equal(await status.requeue(tenant, study.jobId, first), true);
  assert.equal((await status.get(tenant, study.jobId))?.version, version);

  const second = await claimed(study.jobId, 2);
  const outcome = { stage: 'mild', model: 'm@1' };
  assert.equal(await status.succeed(tenant, study.jobId, second, outcome), true);
  assert.equal(await status.succeed(tenant, study.jobId, second, outcome), true);
  const error = create(JobErrorSchema, { code: ErrorCode.INTERNAL, message: 'no' });
  assert.equal(await status.fail(tenant, study.jobId, second, error), false, 'another end is none');
});

test('a study that waits again has neither progress nor a beginning', async () => {
  const study = request();
  await status.create(study);
  const first = await claimed(study.jobId);
  const progress = create(ProgressSchema, { step: Progress_Step.EXPLAIN, fraction: 0.7 });
  await status.report(tenant, study.jobId, first, progress);
  await status.requeue(tenant, study.jobId, first);
  const waiting = (await status.get(tenant, study.jobId))!.record;
  assert.deepEqual([waiting.progress, waiting.startedAt], [undefined, undefined]);

  const second = await claimed(study.jobId, 2);
  await status.report(tenant, study.jobId, second, progress);
  await status.claim(tenant, study.jobId);
  assert.equal((await status.get(tenant, study.jobId))?.record.progress, undefined, 'the next attempt');
});

test('creating the same job again changes nothing', async () => {
  const study = request();
  const first = await status.create(study);
  await status.claim(tenant, study.jobId);
  const { record, version } = await status.create(study);
  assert.deepEqual([record.state, version], [JobRecord_State.RUNNING, first.version + 1]);
});

test('an attempt that was overtaken can write nothing', async () => {
  const study = request();
  await status.create(study);
  const first = await claimed(study.jobId);
  const second = await claimed(study.jobId, 2);
  assert.equal(await status.succeed(tenant, study.jobId, first, { stage: 'mild', model: 'm@1' }), false);
  assert.equal(await status.requeue(tenant, study.jobId, first), false);
  assert.equal(await status.succeed(tenant, study.jobId, second, { stage: 'severe', model: 'm@1' }), true);
  assert.equal((await status.get(tenant, study.jobId))?.record.stage, 'severe');
});

test('a job that was given back is fenced until its next claim', async () => {
  const study = request();
  await status.create(study);
  const first = await claimed(study.jobId);
  assert.equal(await status.requeue(tenant, study.jobId, first), true);
  assert.equal(await status.succeed(tenant, study.jobId, first, { stage: 'mild', model: 'm@1' }), false);
  assert.equal((await status.get(tenant, study.jobId))?.record.state, JobRecord_State.QUEUED);
});

test('a worker of before Redis lost everything does not pass for one of after', async () => {
  const study = request();
  await status.create(study);
  const earlier = await claimed(study.jobId);
  const { record } = (await status.get(tenant, study.jobId))!;
  await status.erase(tenant, study.jobId);
  assert.equal(await status.restore({ ...record, state: JobRecord_State.QUEUED, attempt: 0 }), true);
  assert.equal(await status.restore(record), false, 'there is one');
  assert.equal(await status.succeed(tenant, study.jobId, earlier, { stage: 'mild', model: 'm@1' }), false);
  const later = await claimed(study.jobId);
  assert.equal(await status.succeed(tenant, study.jobId, earlier, { stage: 'mild', model: 'm@1' }), false);
  assert.equal(await status.succeed(tenant, study.jobId, later, { stage: 'severe', model: 'm@1' }), true);
});

test('a job whose result is complete can be recovered, unless it has ended otherwise', async () => {
  const study = request();
  await status.create(study);
  await claimed(study.jobId);
  assert.equal(await status.recover(tenant, study.jobId, { stage: 'mild', model: 'm@1' }), true);
  assert.equal((await status.get(tenant, study.jobId))?.record.state, JobRecord_State.SUCCEEDED);
  const cancelled = request();
  await status.create(cancelled);
  await status.cancel(tenant, cancelled.jobId);
  assert.equal(await status.recover(tenant, cancelled.jobId, { stage: 'mild', model: 'm@1' }), false);
});

test('the tenants that have jobs are known', async () => {
  await status.create({ ...request(), tenant: 'one-more' });
  assert.ok((await status.tenants()).includes('one-more'));
});

test('a terminal state never changes', async () => {
  const error = create(JobErrorSchema, { code: ErrorCode.NOT_NIFTI, message: 'no NIfTI' });
  const ends: [JobRecord_State, (jobId: string, token: string) => Promise<boolean>][] = [
    [
      JobRecord_State.SUCCEEDED,
      async (jobId, token) => status.succeed(tenant, jobId, token, { stage: 'mild', model: 'm@1' }),
    ],
    [JobRecord_State.FAILED, async (jobId, token) => status.fail(tenant, jobId, token, error)],
    [JobRecord_State.CANCELLED, async (jobId) => status.cancel(tenant, jobId)],
  ];
  for (const [state, end] of ends) {
    const { jobId } = (await status.create(request())).record;
    const token = await claimed(jobId);
    assert.equal(await end(jobId, token), true);
    const ended = await status.get(tenant, jobId);
    assert.equal(ended?.record.state, state);
    for (const [otherState, other] of ends) {
      const isRepeated = otherState === state && state !== JobRecord_State.CANCELLED;
      assert.equal(await other(jobId, token), isRepeated, 'an attempt may say again how it ended');
    }
    assert.deepEqual(await status.claim(tenant, jobId), { kind: 'finished', state });
    assert.deepEqual(await status.get(tenant, jobId), ended);
  }
});

test('an erased job is gone from record and index, and nothing brings it back', async () => {
  const study = request();
  await status.create(study);
  const token = await claimed(study.jobId);
  await status.erase(tenant, study.jobId);
  assert.equal(await status.get(tenant, study.jobId), undefined);
  assert.equal(await status.succeed(tenant, study.jobId, token, { stage: 'mild', model: 'm@1' }), false);
  assert.deepEqual(await status.claim(tenant, study.jobId), { kind: 'absent' });
  const { records } = await status.list(tenant, {}, 100);
  assert.equal(
    records.some(({ jobId }) => jobId === study.jobId),
    false,
  );
});

test('pages give every job once, newest first, through filters and equal times', async () => {
  const mine = 'pages';
  const studies = Array.from({ length: 7 }, (_, index) => ({
    ...request(1_800_000_000_000 + Math.floor(index / 3), index % 2 === 0 ? mine : 'other'),
    tenant: 'pages',
  }));
  for (const study of studies) await status.create(study);
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await status.list('pages', { externalReference: mine }, 2, cursor);
    assert.ok(page.records.length <= 2);
    found.push(...page.records.map(({ jobId }) => jobId));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const expected = studies.filter(({ metadata }) => metadata?.externalReference === mine);
  assert.deepEqual(new Set(found), new Set(expected.map(({ jobId }) => jobId)));
  assert.equal(found.length, 4);
  assert.equal(found[0], studies[6]?.jobId);
});

test('a time filter bounds the list', async () => {
  const old = { ...request(1_000), tenant: 'times' };
  const recent = { ...request(2_000), tenant: 'times' };
  await status.create(old);
  await status.create(recent);
  const idsOf = async (filter: Parameters<StatusStore['list']>[1]) =>
    (await status.list('times', filter, 10)).records.map(({ jobId }) => jobId);
  assert.deepEqual(await idsOf({ createdAfter: new Date(1_500) }), [recent.jobId]);
  assert.deepEqual(await idsOf({ createdBefore: new Date(1_500) }), [old.jobId]);
});

test('a foreign cursor is refused', async () => {
  await assert.rejects(status.list(tenant, {}, 10, 'bm9uc2Vuc2U'), { codeName: 'INVALID_REQUEST' });
});

test('a study that arrives is RECEIVING until it is complete, and then QUEUED with what was said of it', async () => {
  const study = request();
  const uid = '2.25.1';
  const arriving = create(StudyRequestSchema, { ...study, studyInstanceUid: uid, metadata: undefined });
  const { record } = await status.create(arriving, JobRecord_State.RECEIVING);
  assert.deepEqual([record.state, record.studyInstanceUid], [JobRecord_State.RECEIVING, uid]);
  const complete = { ...study, metadata: { ...study.metadata!, externalReference: 'mine' } };
  assert.equal(await status.complete(complete), true);
  const { record: queued, version } = (await status.get(tenant, study.jobId))!;
  assert.equal(queued.state, JobRecord_State.QUEUED);
  assert.equal(queued.metadata?.externalReference, 'mine');
  assert.equal(queued.studyInstanceUid, uid);
  assert.equal(await status.complete(study), true, 'again');
  assert.deepEqual(await status.get(tenant, study.jobId), { record: queued, version }, 'as it was first');
  await claimed(study.jobId);
  assert.equal(await status.complete(study), false, 'a worker has it');
});

test('nobody works on a study that arrives: it is complete first, or cancelled, or can’t be made a study', async () => {
  const begin = async () => (await status.create(request(), JobRecord_State.RECEIVING)).record.jobId;
  const error = create(JobErrorSchema, { code: ErrorCode.TOO_MANY_FILES, message: 'too many' });
  const jobId = await begin();
  const { version } = (await status.get(tenant, jobId))!;
  const refused = { kind: 'finished', state: JobRecord_State.RECEIVING };
  assert.deepEqual(await status.claim(tenant, jobId), refused);
  assert.equal(await status.requeue(tenant, jobId, 'nobody'), false);
  assert.equal(await status.succeed(tenant, jobId, 'nobody', { stage: 'mild', model: 'm@1' }), false);
  assert.equal(await status.fail(tenant, jobId, 'nobody', error), false);
  assert.equal((await status.get(tenant, jobId))?.version, version);
  assert.equal(await status.cancel(tenant, jobId), true);
  assert.equal(await status.complete(request()), false, 'there is no such job');
  assert.equal(await status.complete({ ...request(), jobId }), false);
  assert.equal((await status.get(tenant, jobId))?.record.state, JobRecord_State.CANCELLED);

  const other = await begin();
  assert.equal(await status.fail(tenant, other, undefined, error), true);
  assert.equal((await status.get(tenant, other))?.record.error?.code, ErrorCode.TOO_MANY_FILES);
});

test('jobs are found by the study that they are of', async () => {
  const one = { ...request(), tenant: 'by-study', studyInstanceUid: '2.25.1' };
  await status.create(one, JobRecord_State.RECEIVING);
  await status.create({ ...request(), tenant: 'by-study', studyInstanceUid: '2.25.2' });
  const { records } = await status.list('by-study', { studyInstanceUid: '2.25.1' }, 10);
  assert.deepEqual(
    records.map(({ jobId }) => jobId),
    [one.jobId],
  );
  const receiving = await status.list('by-study', { states: [JobRecord_State.RECEIVING] }, 10);
  assert.deepEqual(
    receiving.records.map(({ jobId }) => jobId),
    [one.jobId],
  );
});

test('waiting ends with the change, and at once where it has happened already', async () => {
  const study = request();
  const { version } = await status.create(study);
  const waiting = status.changed(tenant, study.jobId, version, 60_000);
  await status.claim(tenant, study.jobId);
  await waiting;
  await status.changed(tenant, study.jobId, version, 60_000);
});

test('waiting ends when the client goes away', async () => {
  const study = request();
  const { version } = await status.create(study);
  const gone = new AbortController();
  const waiting = status.changed(tenant, study.jobId, version, 60_000, gone.signal);
  gone.abort();
  await waiting;
});

test('a cancellation reaches whoever listens', async () => {
  const study = request();
  await status.create(study);
  const told = Promise.withResolvers<string>();
  const stop = status.onCancelled((_tenant, jobId) => told.resolve(jobId));
  await status.cancel(tenant, study.jobId);
  assert.equal(await told.promise, study.jobId);
  stop();
});

test('without a Redis, opening says so', async () => {
  const options = {
    redisPrefix: '{x}',
    patience: 'fail-fast',
    logger: createLogger('test', 'silent'),
  } as const;
  await assert.rejects(openStatusStore({ ...options, redisUrl: 'redis://127.0.0.1:1' }), {
    codeName: 'QUEUE_UNAVAILABLE',
    message: 'Redis does not answer; is Redis running at redis://127.0.0.1:1?',
  });
});
