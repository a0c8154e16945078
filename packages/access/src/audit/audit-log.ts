import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ObjectStore } from '@hepastage/platform';
import {
  type AuditEntry,
  type AuditEntry_Action,
  AuditBatchSchema,
  AuditEntrySchema,
  encodeText,
} from '@hepastage/proto';
import { auditKey, type ChainHead, emptyChain, entriesBytesMax, findHead, sha256Of } from './audit-chain.ts';

/** Between two entries of an object, bytes. */
const separatorBytes = 1;

/** Who did what to which job. Never PHI. The fields are those of AuditEntry. */
export interface AuditEvent {
  readonly actor: string;
  readonly action: AuditEntry_Action;
  readonly jobId?: string;
  readonly target?: string;
  readonly requestId?: string;
}

/**
 * The audit log: append-only, one chain for each tenant, in the object store.
 *
 * Invariants: an object of the log is written once and never again (`create`); each carries the SHA-256 of the one before, and numbers have no gaps, so that whoever
 * changes or takes out an object breaks the chain (`verifyAudit`); an entry is in the store when `append` returns. Any number of processes may append: of two that
 * write the same number the store lets one through, and the other goes on behind it. What comes while an
 * object is written shares the next one, so that a burst costs few writes: as many as keep each small enough to be read again.
 */
export class AuditLog {
  readonly #store: ObjectStore;
  readonly #clock: () => Date;
  readonly #chains = new Map<string, TenantChain>();

  constructor(store: ObjectStore, clock: () => Date = () => new Date()) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Resolves once the entry is in the log. Throws what the object store throws: then it may be in the log all the same. */
  async append(tenant: string, event: AuditEvent): Promise<void> {
    let chain = this.#chains.get(tenant);
    if (chain === undefined) {
      chain = new TenantChain(this.#store, tenant);
      this.#chains.set(tenant, chain);
    }
    await chain.append(create(AuditEntrySchema, { ...event, at: timestampFromDate(this.#clock()) }));
  }
}

/** What one object of the log will hold. */
interface PendingBatch {
  readonly entries: AuditEntry[];
  /** Of the entries, as they are written. */
  bytes: number;
  /** Settles with its write. */
  readonly written: Promise<void>;
}

class TenantChain {
  readonly #store: ObjectStore;
  readonly #tenant: string;
  #head: ChainHead = emptyChain;
  #isHeadKnown = false;
  /** Takes what comes, until its write begins or it is full. */
  #open: PendingBatch | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(store: ObjectStore, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  async append(entry: AuditEntry): Promise<void> {
    const bytes = Buffer.byteLength(encodeText(AuditEntrySchema, entry)) + separatorBytes;
    if (this.#open === undefined || this.#open.bytes + bytes > entriesBytesMax) this.#open = this.#begin();
    this.#open.entries.push(entry);
    this.#open.bytes += bytes;
    return this.#open.written;
  }

  /** A batch that is written after all that there are. */
  #begin(): PendingBatch {
    const entries: AuditEntry[] = [];
    this.#last = this.#writeAfter(this.#last, entries);
    return { entries, bytes: 0, written: this.#last };
  }

  async #writeAfter(last: Promise<void>, entries: readonly AuditEntry[]): Promise<void> {
    await last.catch(() => undefined);
    if (this.#open?.entries === entries) this.#open = undefined;
    await this.#write(entries);
  }

  async #write(entries: readonly AuditEntry[]): Promise<void> {
    for (;;) {
      if (!this.#isHeadKnown) {
        this.#head = await findHead(this.#store, this.#tenant, this.#head);
        this.#isHeadKnown = true;
      }
      const sequence = this.#head.sequence + 1;
      const batch = create(AuditBatchSchema, {
        tenant: this.#tenant,
        sequence,
        previousSha256: this.#head.sha256,
        entries: [...entries],
      });
      const bytes = Buffer.from(encodeText(AuditBatchSchema, batch));
      // Until it is known to be written the end of the chain is not known.
      this.#isHeadKnown = false;
      const isOurs = await this.#store.create(auditKey(this.#tenant, sequence), bytes, {
        mediaType: 'application/json',
      });
      if (!isOurs) continue;
      this.#head = { sequence, sha256: sha256Of(bytes) };
      this.#isHeadKnown = true;
      return;
    }
  }
}
