import { reconcileTimesOf, retentionMsOf } from '@hepastage/jobs';
import type { ApiDeps } from '../deps.ts';

/** What the service's settings, and the tenant's policy, say of how long things may take and are kept. */
export async function reconcileTimes(tenant: string, deps: Pick<ApiDeps, 'config' | 'policyOf'>) {
  return { ...reconcileTimesOf(deps.config), retentionMs: retentionMsOf(await deps.policyOf(tenant)) };
}
