import type { ApiDeps } from '../deps.ts';

const dayMs = 86_400_000;

/** What the service's settings, and the tenant's policy, say of how long things may take and are kept. */
export async function reconcileTimes(tenant: string, deps: Pick<ApiDeps, 'config' | 'policyOf'>) {
  return { ...timesOf(deps), retentionMs: await retentionMs(tenant, deps) };
}

export function timesOf({ config }: Pick<ApiDeps, 'config'>) {
  return { orphanMs: config.orphanSeconds * 1_000, quietMs: config.quietMs };
}

/** How long a tenant's jobs are kept after their end; undefined: until they are erased. */
export async function retentionMs(
  tenant: string,
  { policyOf }: Pick<ApiDeps, 'policyOf'>,
): Promise<number | undefined> {
  const { retentionDays } = await policyOf(tenant);
  return retentionDays === 0 ? undefined : retentionDays * dayMs;
}
