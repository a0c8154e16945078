import { createHash } from 'node:crypto';
import {
  enumName,
  isFinished,
  JobRecord_State,
  JobRecord_StateSchema,
  type StagingResult,
} from '@hepastage/proto';
import type { Evidence, StoredJob } from './evidence.ts';
import type { SentStudy, Sighting } from '../clients/ledger.ts';

/** What must not be. */
export interface Violation {
  readonly kind:
    | 'failed'
    | 'lost'
    | 'doubled'
    | 'wrong'
    /** A client that did all it could was never told that its study is accepted. */
    | 'refused'
    /** A client saw a terminal state that was none, or was told that there is no such job. */
    | 'unsaid'
    /** Something lies around that belongs to nobody. */
    | 'leftover'
    /** Status store, queue or audit log contradict the object store. */
    | 'contradiction';
  /** The job, or the idempotency key. */
  readonly of: string;
  readonly what: string;
}

/** Probabilities of a study differ by less, whichever others share its batch. */
const differenceMax = 1e-5;

/**
 * Judges a run: every accepted study has exactly one job, which has ended in one terminal state for good, with the right result, whole; and nothing else is there.
 * No study is expected to fail.
 */
export function violationsOf(evidence: Evidence): Violation[] {
  return [
    ...evidence.studies.flatMap((study) => ofStudy(study, evidence)),
    ...[...evidence.sightings].flatMap(([jobId, sightings]) => ofSightings(jobId, sightings, evidence)),
    ...ofUnknownJobs(evidence),
    ...ofMarkers(evidence),
    ...evidence.strayKeys.map((key) => violation('leftover', key, 'an object that belongs to nothing')),
    ...ofQueue(evidence),
    ...(evidence.audit.broken === undefined
      ? []
      : [violation('contradiction', 'audit log', evidence.audit.broken)]),
  ];
}

function ofStudy(study: SentStudy, evidence: Evidence): Violation[] {
  const { idempotencyKey, answers, refusals } = study;
  const found = refusals.map((why) => violation('refused', idempotencyKey, why));
  const [jobId, ...others] = new Set(answers);
  if (jobId === undefined) return found;
  if (others.length > 0)
    found.push(violation('doubled', idempotencyKey, `answered as ${[jobId, ...others].join(' and ')}`));
  const stored = evidence.stored.get(jobId);
  const state = evidence.records.get(jobId);
  if (stored === undefined) found.push(violation('lost', jobId, 'nothing of it is in the object store'));
  else if (state === undefined) found.push(violation('lost', jobId, 'it has no record'));
  else if (!isFinished({ state })) found.push(violation('lost', jobId, `it is ${nameOf(state)} for ever`));
  else if (state !== JobRecord_State.SUCCEEDED)
    found.push(violation('failed', jobId, `it is ${nameOf(state)}`));
  else found.push(...ofResult(jobId, stored, evidence.expected.get(study.study)));
  if (!evidence.audit.accepted.has(jobId))
    found.push(violation('contradiction', jobId, 'the audit log does not say that it was accepted'));
  return found;
}

function ofResult(jobId: string, stored: StoredJob, expected: StagingResult | undefined): Violation[] {
  const { result, objects, damagedArtefacts } = stored;
  if (result === undefined) return [violation('lost', jobId, 'it has no result')];
  const found = damagedArtefacts.map((name) => violation('wrong', jobId, `${name} is damaged`));
  if (expected === undefined || !isSame(result, expected) || result.jobId !== jobId)
    found.push(violation('wrong', jobId, `its result is ${describe(result)}`));
  const listed = new Set(result.artefacts.map((artefact) => `artefacts/${artefact.sha256}/${artefact.name}`));
  const belongs = (name: string) =>
    name === 'request.json' || name === 'result.json' || name.startsWith('input/') || listed.has(name);
  return [...found, ...objects.filter((name) => !belongs(name)).map((name) => leftover(jobId, name))];
}

function ofSightings(
  jobId: string,
  sightings: readonly Sighting[],
  { forgets, records }: Evidence,
): Violation[] {
  const found: Violation[] = [];
  if (sightings.some(({ state }) => state === 'absent'))
    found.push(violation('unsaid', jobId, 'a client was told that there is no such job'));
  const ended = sightings.find(({ state }) => isTerminal(state));
  if (ended === undefined) return found;
  const recorded = { state: records.get(jobId) ?? 'absent', askedAt: Number.POSITIVE_INFINITY } as const;
  // An answer that was asked for before may arrive after.
  const changed = [...sightings, recorded].find(
    ({ state, askedAt }) =>
      askedAt > ended.seenAt &&
      state !== ended.state &&
      state !== 'absent' &&
      (isTerminal(state) || !forgets),
  );
  if (changed !== undefined)
    found.push(violation('unsaid', jobId, `${nameOf(ended.state)} became ${nameOf(changed.state)}`));
  return found;
}

function isTerminal(state: Sighting['state']): boolean {
  return state !== 'absent' && isFinished({ state });
}

/** Jobs that nobody was promised: of a study that has another, they double it; else they are leftovers. */
function ofUnknownJobs({ studies, stored, records }: Evidence): Violation[] {
  const promised = new Set(studies.flatMap(({ answers }) => answers));
  const keys = new Map(studies.map((study) => [sha256(study.idempotencyKey), study]));
  return [...new Set([...stored.keys(), ...records.keys()])]
    .filter((jobId) => !promised.has(jobId))
    .map((jobId) => {
      const sent = keys.get(stored.get(jobId)?.idempotencyKeySha256 ?? '');
      const isSecond = sent !== undefined && sent.answers.length > 0;
      const objects = stored.get(jobId)?.objects.join(', ') ?? 'a record alone';
      return violation(
        isSecond ? 'doubled' : 'leftover',
        jobId,
        `nobody was promised this job, of ${sent?.idempotencyKey ?? 'no study'}: ${objects}`,
      );
    });
}

function ofMarkers({ studies, markers }: Evidence): Violation[] {
  const jobs = new Map(studies.map((study) => [sha256(study.idempotencyKey), study.answers.at(-1)]));
  return [...markers]
    .filter(([key, jobId]) => jobs.get(key) !== jobId)
    .map(([key, jobId]) => violation('leftover', jobId, `the key ${key} stands for it`));
}

function ofQueue({ queued }: Evidence): Violation[] {
  return Object.entries(queued)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => violation('contradiction', 'queue', `${count} ${state}`));
}

function isSame({ stage, probabilities }: StagingResult, expected: StagingResult): boolean {
  return (
    stage === expected.stage &&
    probabilities.length === expected.probabilities.length &&
    probabilities.every(
      ({ probability }, n) =>
        Math.abs(probability - (expected.probabilities[n]?.probability ?? Number.NaN)) < differenceMax,
    )
  );
}

function describe({ jobId, stage, probabilities }: StagingResult): string {
  return `${stage} (${probabilities.map(({ probability }) => probability).join(', ')}) of job ${jobId}`;
}

function leftover(jobId: string, name: string): Violation {
  return violation('leftover', jobId, name);
}

function violation(kind: Violation['kind'], of: string, what: string): Violation {
  return { kind, of, what };
}

function nameOf(state: Sighting['state']): string {
  return state === 'absent' ? state : enumName(JobRecord_StateSchema, state);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
