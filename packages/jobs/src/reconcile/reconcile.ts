import { objectKeys } from '@hepastage/platform';
import { HepastageError, JobRecord_State } from '@hepastage/proto';
import type { JobName } from '../job-stores.ts';
import { eraseStaleMarkers } from './erase-stale-markers.ts';
import { erasuresOf } from './erasures.ts';
import { evidenceOfTenant } from './job-evidence.ts';
import { type ReconcileDeps, type Reconciled, reconcileJob } from './reconcile-job.ts';
import type { ReconcileTimes, Verdict } from './verdict.ts';

/** Jobs looked at at the same time. */
const atOnce = 8;
const pageSize = 200;
/** Records of jobs that may have lost their objects. */
const openStates = [
  JobRecord_State.RECEIVING,
  JobRecord_State.QUEUED,
  JobRecord_State.RUNNING,
  JobRecord_State.CANCELLED,
];

export interface ReconcileOptions extends Omit<ReconcileTimes, 'retentionMs'> {
  /** How long a tenant's jobs are kept after they have ended, ms; undefined: until erased. */
  readonly retentionMsOf: (tenant: string) => Promise<number | undefined>;
  readonly signal?: AbortSignal;
  /** Is told of every job as soon as it was looked at; the report comes only if all of them were. */
  readonly onLookedAt?: (found: LookedAt) => void;
  /** Is told of every job about which something had to be done. */
  readonly onVerdict?: (job: JobName, verdict: Verdict) => void;
  /** Is told of every job about which it could not be done; the others are gone on with. */
  readonly onError?: (job: JobName, error: HepastageError) => void;
}

/** What a job was found to need. `just-accepted`: perhaps nothing, though it was given to the queue (`isJustAccepted`). */
export type LookedAt = Verdict | 'just-accepted' | 'failed';

/** How many jobs each verdict was given to. */
export type ReconcileReport = Readonly<Partial<Record<Verdict | 'failed', number>>>;

/**
 * Makes status store and queue agree with the object store, job by job, from the objects of every tenant and then from the records that have none. After a total loss of
 * Redis that rebuilds both; otherwise it heals what a process that died has left: accepted but never enqueued, finished but unrecorded, an erasure that broke off, an
 * upload that left objects behind; and erases what its tenant does not keep any longer. Memory: one job's evidence, and the names of erasures. Any number may run
 * at once. Throws what keeps it from listing.
 */
export async function reconcile(options: ReconcileOptions, deps: ReconcileDeps): Promise<ReconcileReport> {
  const counts: Partial<Record<Verdict | 'failed', number>> = {};
  const running = new Set<Promise<void>>();
  const one = async (job: JobName, work: () => Promise<Reconciled>) => {
    let found: Reconciled | undefined;
    try {
      found = await work();
      if (found.verdict !== 'none') options.onVerdict?.(job, found.verdict);
    } catch (error) {
      found = undefined;
      options.onError?.(job, HepastageError.from(error));
    }
    const verdict = found?.verdict ?? 'failed';
    counts[verdict] = (counts[verdict] ?? 0) + 1;
    options.onLookedAt?.(found?.justAccepted === true ? 'just-accepted' : verdict);
  };
  const start = async (job: JobName, work: () => Promise<Reconciled>) => {
    options.signal?.throwIfAborted();
    const ended: Promise<void> = one(job, work).finally(() => running.delete(ended));
    running.add(ended);
    if (running.size >= atOnce) await Promise.race(running);
  };

  try {
    const tenants = new Set(await deps.status.tenants());
    for await (const tenant of deps.store.folders(objectKeys.tenants)) tenants.add(tenant);
    for (const tenant of tenants) {
      const times = { ...options, retentionMs: await options.retentionMsOf(tenant) };
      await eraseStaleMarkers(tenant, options.orphanMs, deps, options.signal);
      const erasures = await erasuresOf(tenant, deps);
      for (const [jobId, erasure] of erasures) {
        if (erasure !== 'broken-off') continue;
        const job = { tenant, jobId };
        await start(job, async () => reconcileJob(job, times, deps, { isErasing: true }));
      }
      for await (const evidence of evidenceOfTenant(tenant, deps.store)) {
        if (erasures.has(evidence.jobId)) continue;
        await start(evidence, async () => reconcileJob(evidence, times, deps, { listed: evidence }));
      }
      for await (const job of openRecords(tenant, deps)) {
        options.signal?.throwIfAborted();
        // Those that have objects were seen to above: only what is missing is looked for here.
        if (erasures.has(job.jobId) || (await hasObjects(job, deps))) continue;
        await start(job, async () => reconcileJob(job, times, deps));
      }
    }
  } finally {
    // Whoever stops it may close the stores after that.
    await Promise.all(running);
  }
  return counts;
}

async function* openRecords(tenant: string, { status }: ReconcileDeps): AsyncGenerator<JobName> {
  let cursor: string | undefined;
  do {
    const page = await status.list(tenant, { states: openStates }, pageSize, cursor);
    yield* page.records;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

async function hasObjects({ tenant, jobId }: JobName, { store }: ReconcileDeps): Promise<boolean> {
  for await (const _ of store.list(objectKeys.job(tenant, jobId))) return true;
  return false;
}
