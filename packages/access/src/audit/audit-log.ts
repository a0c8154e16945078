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
import { auditKey, type ChainHead, emptyChain, findHead, sha256Of } from './audit-chain.ts';

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
 * object is written shares the next one, so that a burst costs few writes; it is at most what the requests in hand append.
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

class TenantChain {
  readonly #store: ObjectStore;
  readonly #tenant: string;
  #head: ChainHead = emptyChain;
  #isHeadKnown = false;
  #pending: AuditEntry[] = [];
  /** The write that takes along all that is pending when it begins. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(store: ObjectStore, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  async append(entry: AuditEntry): Promise<void> {
    this.#pending.push(entry);
    this.#next ??= this.#last = this.#writeAfter(this.#last);
    return this.#next;
  }

  async #writeAfter(last: Promise<void>): Promise<void> {
    await last.catch(() => undefined);
    const entries = this.#pending;
    this.#pending = [];
    this.#next = undefined;
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
