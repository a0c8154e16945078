import { createHmac } from 'node:crypto';

/**
 * What a tenant's notices are signed with, 32 bytes: derived from the service's key, so that no secret is stored anywhere, and none tells anything of
 * another's.
 */
export function tenantSecret(key: string, tenant: string): Buffer {
  return createHmac('sha256', key).update(`webhook:${tenant}`).digest();
}

/** A secret as Standard Webhooks has it shown to people. */
export function shownSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}
