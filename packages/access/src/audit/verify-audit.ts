import type { ObjectStore } from '@hepastage/platform';
import { type AuditBatch, type AuditEntry, ErrorCode, HepastageError } from '@hepastage/proto';
import {
  auditFolder,
  auditKey,
  batchBytesMax,
  type ChainHead,
  decodeBatch,
  emptyChain,
  sha256Of,
} from './audit-chain.ts';

/** A tenant's log, object by object, each proven to follow the one before. Throws AUDIT_BROKEN where one does not. */
export async function* auditBatches(
  store: ObjectStore,
  tenant: string,
): AsyncGenerator<{ batch: AuditBatch; head: ChainHead }> {
  let head = emptyChain;
  for await (const { key } of store.list(auditFolder(tenant))) {
    const expected = auditKey(tenant, head.sequence + 1);
    if (key !== expected) throw broken('an object of the audit log is missing', expected, key);
    const bytes = await store.readBytes(key, batchBytesMax);
    if (bytes === undefined) throw broken('an object of the audit log is missing', key);
    const batch = decoded(bytes, key);
    if (batch.tenant !== tenant || batch.sequence !== head.sequence + 1)
      throw broken('an object of the audit log is not where it was written', key);
    if (batch.previousSha256 !== head.sha256)
      throw broken('the audit log was altered: this object does not follow the one before', key);
    head = { sequence: batch.sequence, sha256: sha256Of(bytes) };
    yield { batch, head };
  }
}

/** What a tenant's log says, oldest first. Throws AUDIT_BROKEN on its way. */
export async function* auditEntries(store: ObjectStore, tenant: string): AsyncGenerator<AuditEntry> {
  for await (const { batch } of auditBatches(store, tenant)) yield* batch.entries;
}

/**
 * Proves a tenant's log from its first object to its last. A log that was cut off at its end is a chain, too: note the head that this returns, somewhere else, and pass
 * it as `knownHead` the next time. Throws AUDIT_BROKEN.
 */
export async function verifyAudit(
  store: ObjectStore,
  tenant: string,
  knownHead?: string,
): Promise<{ entries: number; head: ChainHead }> {
  let entries = 0;
  let head = emptyChain;
  let isKnownHeadMet = knownHead === undefined;
  for await (const { batch, head: reached } of auditBatches(store, tenant)) {
    entries += batch.entries.length;
    head = reached;
    if (reached.sha256 === knownHead) isKnownHeadMet = true;
  }
  if (!isKnownHeadMet)
    throw broken('the audit log does not hold the head that is known', auditFolder(tenant));
  return { entries, head };
}

function decoded(bytes: Buffer, key: string): AuditBatch {
  try {
    return decodeBatch(bytes);
  } catch (cause) {
    throw broken('an object of the audit log can’t be read', key, undefined, cause);
  }
}

function broken(what: string, where: string, received?: string, cause?: unknown): HepastageError {
  return new HepastageError(ErrorCode.AUDIT_BROKEN, {
    what,
    where,
    ...(received !== undefined && { received }),
    action: 'compare the store with a backup, and find out who may write to it',
    cause,
  });
}
