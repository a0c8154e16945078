import { objectKeys } from '@hepastage/platform';
import { hasRequest } from '../commit/has-request.ts';
import { markerKinds } from '../markers/markers.ts';
import type { ReconcileDeps } from './reconcile-job.ts';

/** For how long after `orphanMs` a marker is looked at, ms: one that stood for a job by then goes with that job. */
const lookedAtMs = 48 * 3_600_000;

/** Erases names whose uploads broke off before they were accepted, and were never sent again. Returns how many. */
export async function eraseStaleMarkers(
  tenant: string,
  orphanMs: number,
  { store, clock }: Pick<ReconcileDeps, 'store' | 'clock'>,
  signal?: AbortSignal,
): Promise<number> {
  let erased = 0;
  for (const kind of markerKinds) {
    for await (const { key, modifiedAt } of store.list(objectKeys.markers(tenant, kind))) {
      signal?.throwIfAborted();
      const age = clock().getTime() - modifiedAt.getTime();
      if (age < orphanMs || age > orphanMs + lookedAtMs) continue;
      const jobId = key.slice(key.lastIndexOf('/') + 1).replace(/\.json$/, '');
      if (await hasRequest(store, { tenant, jobId })) continue;
      await store.erase(key);
      erased += 1;
    }
  }
  return erased;
}
