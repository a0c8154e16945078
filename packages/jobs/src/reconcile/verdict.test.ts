import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { QueueState } from '@hepastage/platform';
import { isFinished, JobRecord_State, JobRecordSchema } from '@hepastage/proto';
import type { JobEvidence } from './job-evidence.ts';
import { isJustAccepted, type KnownJob, type ReconcileTimes, type Verdict, verdictOf } from './verdict.ts';

const job = { tenant: 't', jobId: 'j' };
const now = new Date('2026-11-29T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const times: ReconcileTimes = { orphanMs: 3_600_000, quietMs: 30_000, retentionMs: undefined };
const queueStates: readonly QueueState[] = ['waiting', 'active', 'failed', 'absent'];

const evidence = (more: Partial<JobEvidence> = {}): JobEvidence => ({
  ...job,
  hasRequest: true,
  endedAt: undefined,
  arrivals: [],
  objects: 1,
  newest: ago(10),
  ...more,
});
const record = (state: JobRecord_State, finished = ago(5), created = ago(60)) =>
  create(JobRecordSchema, {
    ...job,
    state,
    createdAt: timestampFromDate(created),
    ...(isFinished({ state }) && { finishedAt: timestampFromDate(finished) }),
  });
const known = (more: Partial<KnownJob>): KnownJob => ({
  evidence: evidence(),
  isErasing: false,
  queued: 'absent',
  record: undefined,
  now,
  ...more,
});
const { QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED, RECEIVING } = JobRecord_State;
const states = [QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED, RECEIVING];

const cases: readonly [string, Partial<KnownJob>, Verdict, Partial<ReconcileTimes>?][] = [
  ['accepted, and Redis lost it', {}, 'restore-queued'],
  ['ended, and Redis lost it', { evidence: evidence({ endedAt: ago(10) }) }, 'restore-ended'],
  ['accepted and never enqueued', { record: record(QUEUED) }, 'enqueue'],
  ['its worker and its queue entry are gone', { record: record(RUNNING) }, 'enqueue'],
  ['it waits', { record: record(QUEUED), queued: 'waiting' }, 'none'],
  ['a worker has it', { record: record(RUNNING), queued: 'active' }, 'none'],
  [
    'a worker that has written its result is about to say so',
    { record: record(RUNNING), queued: 'active', evidence: evidence({ endedAt: ago(10) }) },
    'none',
  ],
  [
    'ended but unrecorded',
    { record: record(RUNNING), evidence: evidence({ endedAt: ago(10) }), queued: 'failed' },
    'recover-end',
  ],
  ['the queue gave it up without a word', { record: record(RUNNING), queued: 'failed' }, 'give-up'],
  [
    'succeeded, as it should be',
    { record: record(SUCCEEDED), evidence: evidence({ endedAt: ago(10) }) },
    'none',
  ],
  [
    'succeeded, and in the queue once more: whoever takes it drops it, or sends what its worker still had to send',
    { record: record(SUCCEEDED), evidence: evidence({ endedAt: ago(10) }), queued: 'waiting' },
    'none',
  ],
  ['succeeded, and the result is gone', { record: record(SUCCEEDED) }, 'report-lost-result'],
  ['failed, as it should be', { record: record(FAILED) }, 'none'],
  ['an erasure broke off after the record', { record: record(CANCELLED) }, 'finish-erasure'],
  ['an erasure broke off before the record', { record: record(RUNNING), isErasing: true }, 'finish-erasure'],
  ['an erasure broke off after everything', { evidence: undefined, isErasing: true }, 'finish-erasure'],
  [
    'its request is gone',
    { record: record(QUEUED), evidence: evidence({ hasRequest: false }) },
    'report-lost-request',
  ],
  ['an upload is on its way', { evidence: evidence({ hasRequest: false }) }, 'none'],
  [
    'an upload broke off long ago',
    { evidence: evidence({ hasRequest: false, newest: ago(4_000) }) },
    'erase-orphan',
  ],
  ['nothing is known of it at all', { evidence: undefined }, 'none'],
  ['a record is ahead of its objects', { evidence: undefined, record: record(RECEIVING) }, 'none'],
  [
    'a record without objects, long ago',
    { evidence: undefined, record: record(QUEUED, ago(0), ago(4_000)) },
    'forget-record',
  ],
  [
    'objects arrive over DICOMweb',
    { evidence: evidence({ hasRequest: false, arrivals: ['a'] }), record: record(RECEIVING) },
    'none',
  ],
  [
    'objects arrived over DICOMweb a moment ago, and Redis lost that',
    { evidence: evidence({ hasRequest: false, arrivals: ['a'] }) },
    'restore-receiving',
  ],
  [
    'objects arrived over DICOMweb, and Redis lost that',
    { evidence: evidence({ hasRequest: false, arrivals: ['a'], newest: ago(40) }) },
    'close-arrival',
  ],
  [
    'a study over DICOMweb was complete, and whoever said so died',
    { evidence: evidence({ arrivals: ['a'] }), record: record(RECEIVING) },
    'close-arrival',
  ],
  [
    'a study of too many objects has failed without a request',
    {
      evidence: evidence({ hasRequest: false, arrivals: ['a'], newest: ago(99_999) }),
      record: record(FAILED),
    },
    'none',
  ],
  [
    'a study that failed before it was whole, and Redis lost it',
    { evidence: evidence({ hasRequest: false, endedAt: ago(10), arrivals: ['a'], newest: ago(99_999) }) },
    'restore-ended',
  ],
  [
    'a study that failed before it was whole, and its retention is over',
    {
      evidence: evidence({ hasRequest: false, endedAt: ago(10), arrivals: ['a'] }),
      record: record(FAILED, ago(90_000)),
    },
    'expire',
    { retentionMs: 86_400_000 },
  ],
  [
    'an end that was written after an erasure had erased the rest',
    { evidence: evidence({ hasRequest: false, endedAt: ago(10), newest: ago(4_000) }) },
    'erase-orphan',
  ],
  ['its retention is over', { record: record(FAILED, ago(90_000)) }, 'expire', { retentionMs: 86_400_000 }],
  ['its retention is not over', { record: record(FAILED, ago(80_000)) }, 'none', { retentionMs: 86_400_000 }],
  [
    'a job that has not ended has no retention',
    { record: record(QUEUED, ago(0), ago(999_999)), queued: 'waiting' },
    'none',
    { retentionMs: 1 },
  ],
];

for (const [name, more, expected, otherTimes] of cases) {
  test(`${name}: ${expected}`, () => {
    assert.equal(verdictOf(known(more), { ...times, ...otherTimes }), expected);
  });
}

const aged = (seconds: number) => known({ evidence: evidence({ newest: ago(seconds) }) });

test('a job without a record or a place in the queue may be on its way there within its first minute', () => {
  for (const verdict of ['restore-queued', 'restore-receiving', 'enqueue'] as const) {
    assert.ok(isJustAccepted(verdict, aged(59)));
    assert.ok(!isJustAccepted(verdict, aged(61)));
  }
  for (const verdict of ['none', 'give-up', 'recover-end', 'report-lost-result'] as const)
    assert.ok(!isJustAccepted(verdict, aged(1)));
});

function describe({ evidence: lies, record: present, queued, isErasing }: KnownJob): string {
  return JSON.stringify({ lies, state: present?.state, queued, isErasing });
}

/** Every combination of what the four places may say. */
function* everything(): Generator<KnownJob> {
  for (const queued of queueStates)
    for (const isErasing of [false, true])
      for (const state of [undefined, ...states])
        for (const hasRequest of [false, true])
          for (const endedAt of [undefined, ago(1)])
            for (const arrivals of [[], ['a']])
              for (const age of [1, 100, 9_999])
                yield known({
                  queued,
                  isErasing,
                  record: state === undefined ? undefined : record(state, ago(age), ago(age)),
                  evidence: evidence({ hasRequest, endedAt, arrivals, newest: ago(age) }),
                });
}

test('whatever they say: a terminal state stays as it is, and nobody is disturbed who has the job in hand', () => {
  let seen = 0;
  for (const one of everything()) {
    seen += 1;
    const verdict = verdictOf(one, times);
    const { record: present, queued, isErasing } = one;
    const told = describe(one);
    const changesState = /^(restore|recover|give-up|enqueue|close-arrival)/.test(verdict);
    if (present !== undefined && isFinished(present)) assert.ok(!changesState, told);
    if (isErasing) assert.equal(verdict, 'finish-erasure', told);
    const isInHand = present?.state === RUNNING && queued === 'active';
    if (isInHand && !isErasing) assert.equal(verdict, 'none', told);
    if (verdict.startsWith('restore')) assert.equal(present, undefined, told);
  }
  assert.ok(seen > 1_000);
});

test('whatever they say: a study that was accepted, and has not ended, is on its way to its end', () => {
  for (const one of everything()) {
    const { record: present, queued, isErasing, evidence: lies } = one;
    if (isErasing || lies?.hasRequest !== true || (present !== undefined && isFinished(present))) continue;
    const isAtHand = present !== undefined && (queued === 'waiting' || queued === 'active');
    if (isAtHand && present.state !== RECEIVING) continue;
    assert.notEqual(verdictOf(one, times), 'none', describe(one));
  }
});
