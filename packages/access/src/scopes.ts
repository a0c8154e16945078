/** What credentials may allow. */
export const scopes = [
  'studies:write',
  'jobs:read',
  'jobs:delete',
  'models:read',
  'metrics:read',
  'admin',
  'operator',
] as const;

export type Scope = (typeof scopes)[number];

export function isScope(text: string): text is Scope {
  return scopes.some((scope) => scope === text);
}

/** `admin` allows all that its own tenant may, and to look at how the service fares. What shows the jobs of all tenants is for `operator` alone, which allows nothing else. */
export function allows(granted: ReadonlySet<Scope>, needed: Scope): boolean {
  return granted.has(needed) || (needed !== 'operator' && granted.has('admin'));
}
