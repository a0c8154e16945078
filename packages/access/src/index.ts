/** Who may do what, and who did: API keys, scopes, tenants' policies, the audit log. */
export { type Freshness, FreshValue } from './fresh-value.ts';
export { ApiKeyStore, type IssuedKey } from './keys/api-key-store.ts';
export { KeyRing } from './keys/key-ring.ts';
export { looksLikeKey } from './keys/key-text.ts';
export { Policies } from './policies/policies.ts';
export { type PolicyChange, PolicyStore } from './policies/policy-store.ts';
export { allows, isScope, type Scope, scopes } from './scopes.ts';
export { assertTenantName, isTenantName } from './tenant-name.ts';
export { type AuditEvent, AuditLog } from './audit/audit-log.ts';
export { auditEntries, verifyAudit } from './audit/verify-audit.ts';
