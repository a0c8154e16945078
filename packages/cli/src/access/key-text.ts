import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { type ApiKey, ApiKeySchema, encodeJson } from '@hepastage/proto';
import { textTable } from '../inspect/text-table.ts';

/** Everything of a key that its operator may see: not even the hash of its secret leaves the store. */
export function keyJson(key: ApiKey) {
  const { secretSha256: _secretSha256, ...shown } = encodeJson(ApiKeySchema, key);
  return shown;
}

/** A line for each key. */
export function keyLines(keys: readonly ApiKey[], present: Date): string[] {
  const rows = keys.map((key) => [
    key.keyId,
    key.tenant,
    stateOf(key, present),
    key.expiresAt === undefined ? 'never' : dayOf(key.expiresAt),
    key.scopes.join(','),
    key.name,
  ]);
  return textTable([['key', 'tenant', 'state', 'expires', 'scopes', 'name'], ...rows]);
}

function stateOf({ revokedAt, expiresAt, replacedBy }: ApiKey, present: Date): string {
  if (revokedAt !== undefined) return 'revoked';
  if (expiresAt !== undefined && timestampDate(expiresAt) <= present) return 'expired';
  return replacedBy === '' ? 'valid' : 'replaced';
}

function dayOf(time: Timestamp): string {
  return timestampDate(time).toISOString().slice(0, 16).replace('T', ' ');
}
