import type { TenantPolicy } from '@hepastage/proto';

const dayMs = 86_400_000;

/** How long a tenant's jobs are kept after their end, ms; undefined: until they are erased. */
export function retentionMsOf({ retentionDays }: Pick<TenantPolicy, 'retentionDays'>): number | undefined {
  return retentionDays === 0 ? undefined : retentionDays * dayMs;
}
