import { objectKeys, type ObjectStore } from '@hepastage/platform';
import type { JobName } from '../job-stores.ts';
import type { ReconcileDeps } from './reconcile-job.ts';

/** An erasure younger than this is taken to be somebody's who is still at it, ms. */
const erasingMs = 60_000;

/** `broken-off`: nobody is at it any more. */
export type Erasure = 'none' | 'under-way' | 'broken-off';

type Deps = Pick<ReconcileDeps, 'store' | 'clock'>;

/** A tenant's jobs that are to be erased. */
export async function erasuresOf(tenant: string, deps: Deps): Promise<ReadonlyMap<string, Erasure>> {
  return erasuresBelow(tenant, objectKeys.erasures(tenant), deps);
}

export async function erasureOf({ tenant, jobId }: JobName, deps: Deps): Promise<Erasure> {
  return (await erasuresBelow(tenant, objectKeys.erasure(tenant, jobId), deps)).get(jobId) ?? 'none';
}

/** Whether a job is to be erased: whoever asked for that may have seen it CANCELLED. */
export async function isToBeErased(job: JobName, store: ObjectStore): Promise<boolean> {
  return (await erasureOf(job, { store, clock: () => new Date() })) !== 'none';
}

async function erasuresBelow(tenant: string, prefix: string, { store, clock }: Deps) {
  const folder = objectKeys.erasures(tenant);
  const erasures = new Map<string, Erasure>();
  for await (const { key, modifiedAt } of store.list(prefix)) {
    const age = clock().getTime() - modifiedAt.getTime();
    erasures.set(
      key.slice(folder.length).replace(/\.json$/, ''),
      age > erasingMs ? 'broken-off' : 'under-way',
    );
  }
  return erasures;
}
