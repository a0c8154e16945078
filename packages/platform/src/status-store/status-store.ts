import type { JobError, JobRecord, JobRecord_State, Progress, StudyRequest } from '@hepastage/proto';

import type { ServiceTime } from './service-times.ts';

/** A record and the number that grows with each of its changes: the ETag. */
export interface VersionedRecord {
  readonly record: JobRecord;
  readonly version: number;
}

/** How a claim ended. */
export type Claim =
  /** `attempt` counts from 1. `token` names this attempt among all that there ever were: it fences everything that it writes later. */
  | { readonly kind: 'claimed'; readonly attempt: number; readonly token: string }
  /** The job is in a terminal state already. */
  | { readonly kind: 'finished'; readonly state: JobRecord_State }
  /** The job was erased. */
  | { readonly kind: 'absent' };

/** What a client may filter its jobs by. */
export interface JobFilter {
  readonly states?: readonly JobRecord_State[];
  readonly stage?: string;
  readonly model?: string;
  readonly externalReference?: string;
  readonly studyInstanceUid?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
}

/** How a record begins: QUEUED, or RECEIVING as long as instances of its study arrive. */
export type FirstState = (typeof JobRecord_State)['QUEUED' | 'RECEIVING'];

export interface JobPage {
  readonly records: readonly JobRecord[];
  /** Opaque; undefined on the last page. */
  readonly nextCursor: string | undefined;
}

/**
 * The state of every job, polled by clients. Transitions (one Lua script):
 *
 *     (absent) → RECEIVING → QUEUED (a study that arrives over DICOMweb; RECEIVING → CANCELLED | FAILED, too)
 *     (absent) → QUEUED → RUNNING → SUCCEEDED | FAILED
 *                   │        └─ RUNNING with the next attempt (its worker died), or QUEUED (its worker gave it back)
 *                   └── QUEUED | RUNNING → CANCELLED → (erased)
 *
 * Invariants: a terminal state never changes; `attempt` never falls; a write that carries a claim's token is refused unless it is the
 * current one's, so that a worker that lost its lock can't overwrite a newer attempt; the tenant's index holds exactly the tenant's records.
 * Failures of Redis are HepastageErrors QUEUE_UNAVAILABLE.
 */
export interface StatusStore {
  /** Writes the record and its index entry. Doing it again for the same job changes nothing. */
  create(request: StudyRequest, state?: FirstState): Promise<VersionedRecord>;
  /** Writes a record that was lost, as the object store tells it, and its index entry. False: there is one. */
  restore(record: JobRecord): Promise<boolean>;
  /** RECEIVING → QUEUED, with what is said of the study now. Doing it again changes nothing. False: it is in neither state. */
  complete(request: StudyRequest): Promise<boolean>;
  get(tenant: string, jobId: string): Promise<VersionedRecord | undefined>;
  /** Newest first. A page may be short of `limit` before the last: the cursor decides, not the count. */
  list(tenant: string, filter: JobFilter, limit: number, cursor?: string): Promise<JobPage>;
  /** Every tenant that ever had a job since Redis was last empty. */
  tenants(): Promise<readonly string[]>;
  claim(tenant: string, jobId: string): Promise<Claim>;
  /** Whether the claim of this token still has the job. */
  holds(tenant: string, jobId: string, token: string): Promise<boolean>;
  /** The following five return false where the write is refused: the job is terminal, erased, or another attempt has it. */
  report(tenant: string, jobId: string, token: string, progress: Progress): Promise<boolean>;
  /** Back to QUEUED: this attempt ends without an outcome, another will begin. */
  requeue(tenant: string, jobId: string, token: string): Promise<boolean>;
  succeed(
    tenant: string,
    jobId: string,
    token: string,
    outcome: { stage: string; model: string },
  ): Promise<boolean>;
  /** `token` undefined: whoever fails it holds no claim (the queue gave up on it, or it can't be made a study). */
  fail(tenant: string, jobId: string, token: string | undefined, error: JobError): Promise<boolean>;
  /** QUEUED | RUNNING → SUCCEEDED of a job whose result is complete, though whoever wrote it could not say so. */
  recover(tenant: string, jobId: string, outcome: { stage: string; model: string }): Promise<boolean>;
  cancel(tenant: string, jobId: string): Promise<boolean>;
  /** As measured over all workers within a day, of fewer studies in hand first. */
  serviceTimes(): Promise<readonly ServiceTime[]>;
  /** Removes record and index entry. */
  erase(tenant: string, jobId: string): Promise<void>;
  /** Resolves when the record's version is no longer `version`, after `waitMs`, or when `signal` aborts: whichever is first. */
  changed(
    tenant: string,
    jobId: string,
    version: number,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Calls `listener` for each job that becomes CANCELLED, until the returned function is called. */
  onCancelled(listener: (tenant: string, jobId: string) => void): () => void;
  check(): Promise<void>;
  close(): Promise<void>;
}
