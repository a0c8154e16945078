import { createHash } from 'node:crypto';
import type { ObjectStore } from '@hepastage/platform';
import { type AuditBatch, AuditBatchSchema, decodeText } from '@hepastage/proto';

/** Digits of a sequence number in a key: keys sort as numbers do. */
const sequenceDigits = 10;
/** Most of one object of the log that is read, bytes. */
export const batchBytesMax = 4 * 2 ** 20;
/** Most that the entries of one object take together, bytes: some thousand entries, and far less than is read again. */
export const entriesBytesMax = 2 ** 20;

/** Where a chain ends: the sequence number of its last object, and the hash that the next one must carry. */
export interface ChainHead {
  /** 0 where there is no object yet. */
  readonly sequence: number;
  /** Lower-case hexadecimal; empty where there is no object yet. */
  readonly sha256: string;
}

export const emptyChain: ChainHead = { sequence: 0, sha256: '' };

/** All objects of a tenant's log. Outside of `tenants/`, so that erasing jobs never touches it. */
export function auditFolder(tenant: string): string {
  return `audit/${tenant}/`;
}

export function auditKey(tenant: string, sequence: number): string {
  return `${auditFolder(tenant)}${String(sequence).padStart(sequenceDigits, '0')}.json`;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function decodeBatch(bytes: Buffer): AuditBatch {
  return decodeText(AuditBatchSchema, bytes.toString());
}

/** The bytes of one object of the log; undefined if there is none. */
export async function readBatch(
  store: ObjectStore,
  tenant: string,
  sequence: number,
): Promise<Buffer | undefined> {
  return store.readBytes(auditKey(tenant, sequence), batchBytesMax);
}

/**
 * Finds the end of a chain from any place in it. A chain has no gaps, so the first number that is missing is found in steps that double and then halve: some
 * 2·log₂ n reads for n objects, where a listing would take them all.
 */
export async function findHead(store: ObjectStore, tenant: string, known: ChainHead): Promise<ChainHead> {
  const exists = async (sequence: number) => (await readBatch(store, tenant, sequence)) !== undefined;
  let present = known.sequence;
  let step = 1;
  while (await exists(present + step)) {
    present += step;
    step *= 2;
  }
  for (let missing = present + step; missing - present > 1;) {
    const middle = Math.floor((present + missing) / 2);
    if (await exists(middle)) present = middle;
    else missing = middle;
  }
  const last = present === 0 ? undefined : await readBatch(store, tenant, present);
  return last === undefined ? emptyChain : { sequence: present, sha256: sha256Of(last) };
}
