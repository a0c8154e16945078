import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { JobRecord_State, type StagingResult, StagingResultSchema } from '@hepastage/proto';
import type { Evidence, StoredJob } from './evidence.ts';
import { type Violation, violationsOf } from './oracle.ts';

const { QUEUED, RUNNING, SUCCEEDED, FAILED } = JobRecord_State;
const severe = { stage: 'severe', probabilities: [0.1, 0.9] };
const mild = { stage: 'mild', probabilities: [0.8, 0.2] };

test('a run that kept all its promises is found to be sound', () => {
  assert.deepEqual(violationsOf(sound()), []);
});

suite('whatever is planted is found', () => {
  const planted: Readonly<
    Record<string, readonly [plant: (e: Changing) => unknown, kind: Violation['kind']]>
  > = {
    'a job of which nothing is left': [(e) => e.stored.delete('job-1'), 'lost'],
    'a job without a record': [(e) => e.records.delete('job-1'), 'lost'],
    'a job that waits for ever': [(e) => e.records.set('job-1', QUEUED), 'lost'],
    'a job without a result': [(e) => change(e, 'job-1', { result: undefined }), 'lost'],
    'a job that failed': [(e) => e.records.set('job-1', FAILED), 'failed'],
    'a study that was answered as two jobs': [(e) => e.studies[0]!.answers.push('job-2'), 'doubled'],
    'a second job that nobody was told of': [
      (e) => e.stored.set('job-3', stored('job-3', 'key-1', severe)),
      'doubled',
    ],
    'another study’s result': [(e) => change(e, 'job-1', { result: resultOf('job-1', mild) }), 'wrong'],
    'a result that is off by a little': [
      (e) =>
        change(e, 'job-1', { result: resultOf('job-1', { ...severe, probabilities: [0.1001, 0.8999] }) }),
      'wrong',
    ],
    'another job’s result': [(e) => change(e, 'job-1', { result: resultOf('job-2', severe) }), 'wrong'],
    'an artefact with other bytes': [
      (e) => change(e, 'job-1', { damagedArtefacts: ['key-slice.t2w.png'] }),
      'wrong',
    ],
    'a study that was never accepted': [(e) => e.studies.push(sent('key-9', [], ['503'])), 'refused'],
    'a terminal state that changed': [(e) => see(e, SUCCEEDED, RUNNING), 'unsaid'],
    'a terminal state that became another': [(e) => see(e, FAILED), 'unsaid'],
    'a job that a client was told is none': [(e) => see(e, 'absent'), 'unsaid'],
    'objects of an upload that broke off': [
      (e) =>
        e.stored.set('job-3', {
          idempotencyKeySha256: undefined,
          objects: ['input/t2w.nii.gz'],
          result: undefined,
          damagedArtefacts: [],
        }),
      'leftover',
    ],
    'a record without objects': [(e) => e.records.set('job-3', QUEUED), 'leftover'],
    'an artefact that the result does not list': [
      (e) => change(e, 'job-1', { objects: ['request.json', 'result.json', 'artefacts/b2/x.png'] }),
      'leftover',
    ],
    'a key that stands for another job': [(e) => e.markers.set(sha256('key-1'), 'job-3'), 'leftover'],
    'an erasure that was never finished': [
      (e) => e.strayKeys.push('tenants/default/erasures/x.json'),
      'leftover',
    ],
    'a study that is still in the queue': [(e) => (e.queued['active'] = 1), 'contradiction'],
    'an acceptance that the audit log lacks': [(e) => e.accepted.delete('job-1'), 'contradiction'],
    'an audit log that was altered': [(e) => (e.audit.broken = 'AUDIT_BROKEN'), 'contradiction'],
  };
  for (const [what, [plant, kind]] of Object.entries(planted)) {
    test(what, () => {
      const evidence = sound();
      plant(evidence);
      const kinds = violationsOf(evidence).map((violation) => violation.kind);
      assert.ok(kinds.includes(kind), `found ${kinds.join(', ') || 'nothing'}`);
    });
  }
});

test('an answer that was asked for before the end, and came after it, is no change', () => {
  const evidence = sound();
  evidence.sightings.set('job-1', [
    { state: SUCCEEDED, askedAt: 10, seenAt: 20 },
    { state: RUNNING, askedAt: 19, seenAt: 30 },
  ]);
  assert.deepEqual(violationsOf(evidence), []);
});

test('where Redis lost what it had answered, a job may be seen as it was before, and must end as it had', () => {
  const evidence = { ...sound(), forgets: true };
  see(evidence, SUCCEEDED, RUNNING, SUCCEEDED);
  assert.deepEqual(violationsOf(evidence), []);
  see(evidence, FAILED, RUNNING, SUCCEEDED);
  assert.deepEqual(
    violationsOf(evidence).map(({ what }) => what),
    ['FAILED became SUCCEEDED'],
  );
});

/** Evidence that a test may change. */
interface Changing extends Evidence {
  readonly studies: { idempotencyKey: string; study: string; answers: string[]; refusals: string[] }[];
  readonly sightings: Map<string, { state: JobRecord_State | 'absent'; askedAt: number; seenAt: number }[]>;
  readonly stored: Map<string, StoredJob>;
  readonly markers: Map<string, string>;
  readonly strayKeys: string[];
  readonly records: Map<string, JobRecord_State>;
  readonly queued: Record<string, number>;
  readonly accepted: Set<string>;
  readonly audit: { accepted: Set<string>; broken: string | undefined };
}

/** Two studies, staged as they should be. */
function sound(): Changing {
  const accepted = new Set(['job-1', 'job-2']);
  return {
    studies: [sent('key-1', ['job-1', 'job-1'], []), { ...sent('key-2', ['job-2'], []), study: 'small' }],
    sightings: new Map([['job-1', [{ state: SUCCEEDED, askedAt: 1, seenAt: 2 }]]]),
    forgets: false,
    expected: new Map([
      ['large', resultOf('any', severe)],
      ['small', resultOf('any', mild)],
    ]),
    stored: new Map([
      ['job-1', stored('job-1', 'key-1', severe)],
      ['job-2', stored('job-2', 'key-2', mild)],
    ]),
    markers: new Map([
      [sha256('key-1'), 'job-1'],
      [sha256('key-2'), 'job-2'],
    ]),
    strayKeys: [],
    records: new Map([
      ['job-1', SUCCEEDED],
      ['job-2', SUCCEEDED],
    ]),
    queued: { waiting: 0, active: 0 },
    accepted,
    audit: { accepted, broken: undefined },
  };
}

function sent(idempotencyKey: string, answers: string[], refusals: string[]) {
  return { idempotencyKey, study: 'large', answers, refusals };
}

function stored(jobId: string, key: string, outcome: typeof severe): StoredJob {
  return {
    idempotencyKeySha256: sha256(key),
    objects: ['request.json', 'input/t2w.nii.gz', 'result.json', 'artefacts/a1/key-slice.t2w.png'],
    result: resultOf(jobId, outcome),
    damagedArtefacts: [],
  };
}

function resultOf(jobId: string, { stage, probabilities }: typeof severe): StagingResult {
  return create(StagingResultSchema, {
    jobId,
    stage,
    probabilities: probabilities.map((probability) => ({ probability })),
    artefacts: [{ name: 'key-slice.t2w.png', sha256: 'a1' }],
  });
}

function change({ stored: jobs }: Changing, jobId: string, to: Partial<StoredJob>): void {
  jobs.set(jobId, { ...jobs.get(jobId)!, ...to });
}

/** What clients saw of the first job, one after the other. */
function see({ sightings }: Changing, ...states: readonly (JobRecord_State | 'absent')[]): void {
  sightings.set(
    'job-1',
    states.map((state, n) => ({ state, askedAt: 10 * n, seenAt: 10 * n + 5 })),
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
