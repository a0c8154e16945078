import { create } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ObjectStore } from '@hepastage/platform';
import {
  type ApiKey,
  ApiKeySchema,
  AuditEntry_Action,
  encodeText,
  ErrorCode,
  HepastageError,
} from '@hepastage/proto';
import { accessKeys } from '../access-keys.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Scope } from '../scopes.ts';
import { assertTenantName } from '../tenant-name.ts';
import { isKeyId, keyTextOf, newKeyParts, secretSha256 } from './key-text.ts';
import { readKey, StoredKeys } from './stored-keys.ts';

export interface NewKey {
  readonly tenant: string;
  /** What it is for. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Undefined: it never expires. */
  readonly expiresAt?: Date | undefined;
}

/** A key just made, and its text: that can't be read again. */
export interface IssuedKey {
  readonly key: ApiKey;
  readonly text: string;
}

/** The API keys in the object store, as their operator makes and takes them back. Every change is written to the audit log. */
export class ApiKeyStore {
  readonly #store: ObjectStore;
  readonly #audit: AuditLog;
  readonly #clock: () => Date;

  constructor(store: ObjectStore, audit: AuditLog, clock = () => new Date()) {
    this.#store = store;
    this.#audit = audit;
    this.#clock = clock;
  }

  /** Throws INVALID_REQUEST. */
  async create({ tenant, name, scopes, expiresAt }: NewKey): Promise<IssuedKey> {
    assertTenantName(tenant);
    const parts = newKeyParts();
    const key = create(ApiKeySchema, {
      keyId: parts.keyId,
      tenant,
      name,
      secretSha256: secretSha256(parts.secret),
      scopes: [...scopes],
      createdAt: timestampFromDate(this.#clock()),
      ...(expiresAt && { expiresAt: timestampFromDate(expiresAt) }),
    });
    await this.#write(key);
    await this.#tell(key, AuditEntry_Action.KEY_CREATED);
    return { key, text: keyTextOf(parts) };
  }

  /** Oldest first. */
  async list(tenant?: string): Promise<ApiKey[]> {
    const keys = [...(await new StoredKeys(this.#store).read()).values()];
    return keys
      .filter((key) => tenant === undefined || key.tenant === tenant)
      .toSorted((a, b) => creation(a) - creation(b));
  }

  /** Doing it again changes nothing. Throws INVALID_REQUEST where there is no such key. */
  async revoke(keyId: string): Promise<ApiKey> {
    const key = await this.#existing(keyId);
    if (key.revokedAt !== undefined) return key;
    key.revokedAt = timestampFromDate(this.#clock());
    await this.#write(key);
    await this.#tell(key, AuditEntry_Action.KEY_REVOKED);
    return key;
  }

  /**
   * Makes a key that may the same, for as long as the old one was made for. The old one works on for `overlapHours`, so that its owner can change over.
   * Throws INVALID_REQUEST where there is no such key, or it is no longer in use.
   */
  async rotate(keyId: string, overlapHours: number): Promise<IssuedKey> {
    const old = await this.#existing(keyId);
    const present = this.#clock();
    assertInUse(old, present);
    const issued = await this.create({
      tenant: old.tenant,
      name: old.name,
      scopes: old.scopes as Scope[],
      expiresAt: sameLifetime(old, present),
    });
    const end = new Date(present.getTime() + overlapHours * 3_600_000);
    old.replacedBy = issued.key.keyId;
    if (old.expiresAt === undefined || timestampDate(old.expiresAt) > end) {
      old.expiresAt = timestampFromDate(end);
    }
    await this.#write(old);
    await this.#tell(old, AuditEntry_Action.KEY_REVOKED);
    return issued;
  }

  async #existing(keyId: string): Promise<ApiKey> {
    const key = isKeyId(keyId) ? await readKey(this.#store, keyId) : undefined;
    if (key !== undefined) return key;
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'there is no such key',
      expected: 'the id of a key: 16 hexadecimal digits',
      action: 'see hepastage keys list',
    });
  }

  async #write(key: ApiKey): Promise<void> {
    const bytes = Buffer.from(encodeText(ApiKeySchema, key));
    await this.#store.writeBytes(accessKeys.key(key.keyId), bytes, { mediaType: 'application/json' });
  }

  async #tell({ tenant, keyId }: ApiKey, action: AuditEntry_Action): Promise<void> {
    await this.#audit.append(tenant, { actor: 'operator', action, target: keyId });
  }
}

function assertInUse(key: ApiKey, present: Date): void {
  const expired = key.expiresAt !== undefined && timestampDate(key.expiresAt) <= present;
  if (key.revokedAt === undefined && key.replacedBy === '' && !expired) return;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the key was revoked, replaced, or has expired',
    where: `key ${key.keyId}`,
    action: 'make a new one with hepastage keys create',
  });
}

/** When a key made now expires that lives as long as `old` did. */
function sameLifetime(old: ApiKey, present: Date): Date | undefined {
  if (old.expiresAt === undefined) return undefined;
  return new Date(present.getTime() + timestampDate(old.expiresAt).getTime() - creation(old));
}

function creation({ createdAt }: ApiKey): number {
  return createdAt === undefined ? 0 : timestampDate(createdAt).getTime();
}
