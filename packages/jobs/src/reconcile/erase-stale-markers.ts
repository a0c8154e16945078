import { objectKeys } from '@hepastage/platform';
import { type MarkerName, markerKinds, readMarker } from '../markers/markers.ts';
import type { ReconcileDeps } from './reconcile-job.ts';

/** For how long after `orphanMs` a marker is looked at, ms: one that stood for a job by then goes with that job. */
const lookedAtMs = 48 * 3_600_000;

/** Erases names whose uploads broke off before they were accepted, and were never sent again. Returns how many. */
export async function eraseStaleMarkers(
  tenant: string,
  orphanMs: number,
  { store, clock }: Pick<ReconcileDeps, 'store' | 'clock'>,
): Promise<number> {
  let erased = 0;
  for (const kind of markerKinds) {
    const folder = objectKeys.markers(tenant, kind);
    for await (const { key, modifiedAt } of store.list(folder)) {
      const age = clock().getTime() - modifiedAt.getTime();
      if (age < orphanMs || age > orphanMs + lookedAtMs) continue;
      const name: MarkerName = { tenant, kind, sha256: key.slice(folder.length).replace(/\.json$/, '') };
      if ((await readMarker(name, store)) !== undefined) continue;
      await store.erase(key);
      erased += 1;
    }
  }
  return erased;
}
