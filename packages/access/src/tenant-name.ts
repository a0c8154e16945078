import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Safe in a key of Redis and of the object store, in a log line and in a URL. */
const tenantName = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function isTenantName(text: string): boolean {
  return tenantName.test(text);
}

/** Throws INVALID_REQUEST. */
export function assertTenantName(text: string): void {
  if (isTenantName(text)) return;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'this can’t be the name of a tenant',
    expected: 'at most 63 lower-case letters, digits and hyphens, the first no hyphen',
    received: JSON.stringify(text),
    action: 'choose another name',
  });
}
