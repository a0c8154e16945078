import { randomUUID } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import {
  ErrorCode,
  errorTraits,
  type JobError,
  type JobRecord,
  JobRecord_State,
  JobRecord_StateSchema,
  JobRecordSchema,
  enumValue,
  now,
  type Progress,
  Progress_Step,
  type StudyRequest,
} from '@hepastage/proto';
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { answered, assertNoEviction, connectRedis, type Patience } from '../redis/connection.ts';
import { queueName, queuePrefix } from '../queue/queue-contract.ts';
import type { RedisTarget } from '../redis/redis-target.ts';
import { type Change, ChangeFeed } from './change-feed.ts';
import { decodeCursor, encodeCursor, type IndexPosition, isAfter, matches } from './job-index.ts';
import { fromHash, toHash } from './record-hash.ts';
import type { Claim, FirstState, JobFilter, JobPage, StatusStore, VersionedRecord } from './status-store.ts';
import { readServiceTimes, type ServiceTime } from './service-times.ts';
import { transitionLua } from './transition.lua.ts';

/** Most records that one page reads from Redis, so that a filter that matches nothing can't hold it up. */
const scannedRecordsMax = 2_000;
const scanBatch = 100;

type Action =
  | 'create'
  | 'complete'
  | 'claim'
  | 'report'
  | 'requeue'
  | 'succeed'
  | 'fail'
  | 'cancel'
  | 'erase';
type Transition = { readonly outcome: string; readonly state: JobRecord_State; readonly attempt: number };

export interface StatusStoreOptions extends RedisTarget {
  readonly redisPrefix: string;
  readonly patience: Patience;
  readonly logger: Logger;
}

export async function openStatusStore(options: StatusStoreOptions): Promise<StatusStore> {
  await using opening = new AsyncDisposableStack();
  const open = async (patience: Patience) =>
    opening.adopt(await connectRedis(options, patience, options.logger), async (it) => it.disconnect());
  const redis = await open(options.patience);
  await assertNoEviction(redis, options.logger);
  // A subscription waits and is restored after a reconnect, whoever holds it.
  const feed = await ChangeFeed.open(await open('wait'), channelOf(options.redisPrefix));
  opening.move();
  return new RedisStatusStore(redis, options.redisPrefix, feed);
}

class RedisStatusStore implements StatusStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #feed: ChangeFeed;

  constructor(redis: Redis, prefix: string, feed: ChangeFeed) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#feed = feed;
  }

  async create(request: StudyRequest, state: FirstState = JobRecord_State.QUEUED): Promise<VersionedRecord> {
    const { jobId, tenant, createdAt, metadata, studyInstanceUid } = request;
    const record = create(JobRecordSchema, {
      jobId,
      tenant,
      state,
      studyInstanceUid,
      ...(createdAt && { createdAt }),
      ...(metadata && { metadata }),
    });
    await this.restore(record);
    return (await this.get(tenant, jobId)) ?? { record, version: 1 };
  }

  async restore(record: JobRecord): Promise<boolean> {
    const created = record.createdAt === undefined ? 0 : timestampMs(record.createdAt);
    const { outcome } = await this.#transition('create', record, { created }, toHash(record));
    return outcome === 'done';
  }

  async tenants(): Promise<readonly string[]> {
    return (await answered(this.#redis.smembers(this.#tenantsKey()))).toSorted();
  }

  async complete({ tenant, jobId, metadata }: StudyRequest): Promise<boolean> {
    return this.#change('complete', { tenant, jobId }, undefined, {
      state: JobRecord_State.QUEUED,
      ...(metadata && { metadata }),
    });
  }

  async get(tenant: string, jobId: string): Promise<VersionedRecord | undefined> {
    return fromHash(await answered(this.#redis.hgetall(this.#jobKey(tenant, jobId))));
  }

  async list(tenant: string, filter: JobFilter, limit: number, cursor?: string): Promise<JobPage> {
    const records: JobRecord[] = [];
    let position = cursor === undefined ? undefined : decodeCursor(cursor);
    for (let scanned = 0; scanned < scannedRecordsMax; scanned += scanBatch) {
      const entries = await this.#indexAfter(tenant, filter, position);
      for (const { entry, record } of await this.#read(tenant, entries)) {
        position = entry;
        if (record === undefined || !matches(record, filter)) continue;
        records.push(record);
        if (records.length === limit) return { records, nextCursor: encodeCursor(entry) };
      }
      if (entries.length < scanBatch) return { records, nextCursor: undefined };
    }
    return { records, nextCursor: position && encodeCursor(position) };
  }

  async claim(tenant: string, jobId: string): Promise<Claim> {
    const token = randomUUID();
    const { outcome, state, attempt } = await this.#transition(
      'claim',
      { tenant, jobId },
      { token },
      this.#fields({ state: JobRecord_State.RUNNING, startedAt: now() }),
    );
    if (outcome === 'absent') return { kind: 'absent' };
    return outcome === 'done' ? { kind: 'claimed', attempt, token } : { kind: 'finished', state };
  }

  async holds(tenant: string, jobId: string, token: string): Promise<boolean> {
    const key = this.#jobKey(tenant, jobId);
    const [state, claim] = await answered(this.#redis.hmget(key, 'state', 'claim'));
    return state === '"RUNNING"' && claim === token;
  }

  async report(tenant: string, jobId: string, token: string, progress: Progress): Promise<boolean> {
    return this.#change('report', { tenant, jobId }, token, { progress });
  }

  async requeue(tenant: string, jobId: string, token: string): Promise<boolean> {
    return this.#change('requeue', { tenant, jobId }, token, { state: JobRecord_State.QUEUED });
  }

  async succeed(
    tenant: string,
    jobId: string,
    token: string,
    outcome: { stage: string; model: string },
  ): Promise<boolean> {
    return this.#succeed({ tenant, jobId }, token, outcome);
  }

  async recover(tenant: string, jobId: string, outcome: { stage: string; model: string }): Promise<boolean> {
    return this.#succeed({ tenant, jobId }, undefined, outcome);
  }

  async #succeed(
    job: JobName,
    token: string | undefined,
    outcome: { stage: string; model: string },
  ): Promise<boolean> {
    return this.#change('succeed', job, token, {
      state: JobRecord_State.SUCCEEDED,
      finishedAt: now(),
      progress: { step: Progress_Step.PERSIST, fraction: 1 },
      ...outcome,
    });
  }

  async fail(tenant: string, jobId: string, token: string | undefined, error: JobError): Promise<boolean> {
    return this.#change('fail', { tenant, jobId }, token, {
      state: JobRecord_State.FAILED,
      finishedAt: now(),
      error,
    });
  }

  async cancel(tenant: string, jobId: string): Promise<boolean> {
    const code = ErrorCode.JOB_CANCELLED;
    return this.#change('cancel', { tenant, jobId }, undefined, {
      state: JobRecord_State.CANCELLED,
      finishedAt: now(),
      error: { code, message: 'the job was cancelled by its owner', retryable: errorTraits(code).retryable },
    });
  }

  async serviceTimes(): Promise<readonly ServiceTime[]> {
    return readServiceTimes(await answered(this.#redis.hgetall(this.#serviceKey())), Date.now());
  }

  async erase(tenant: string, jobId: string): Promise<void> {
    await this.#transition('erase', { tenant, jobId }, {}, {});
  }

  async changed(
    tenant: string,
    jobId: string,
    version: number,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, waitMs);
    const finish = () => resolve();
    signal?.addEventListener('abort', finish, { once: true });
    // Listening comes before reading, so that no change can fall between the two.
    const stop = this.#feed.on({ tenant, jobId }, finish);
    try {
      const present = await this.get(tenant, jobId);
      if (present?.version !== version || signal?.aborted) return;
      await promise;
    } finally {
      stop();
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
    }
  }

  onCancelled(listener: (tenant: string, jobId: string) => void): () => void {
    return this.#feed.on('*', ({ action, tenant, jobId }: Change) => {
      if (action === 'cancel') listener(tenant, jobId);
    });
  }

  async check(): Promise<void> {
    await answered(this.#redis.ping());
  }

  async close(): Promise<void> {
    this.#feed.close();
    this.#redis.disconnect();
    await Promise.resolve();
  }

  async #change(
    action: Action,
    job: JobName,
    token: string | undefined,
    changes: RecordChanges,
  ): Promise<boolean> {
    const { outcome } = await this.#transition(action, job, { token }, this.#fields(changes));
    return outcome === 'done';
  }

  async #transition(
    action: Action,
    { tenant, jobId }: JobName,
    { token, created = 0 }: { token?: string | undefined; created?: number },
    fields: Readonly<Record<string, string>>,
  ): Promise<Transition> {
    const keys = [
      this.#jobKey(tenant, jobId),
      this.#indexKey(tenant),
      this.#tenantsKey(),
      this.#serviceKey(),
      this.#inHandKey(),
    ];
    const parameters = [action, jobId, tenant, token ?? '', created, channelOf(this.#prefix)];
    const [outcome = '', state = '""', current = '0'] = (await answered(
      this.#redis.eval(transitionLua, keys.length, ...keys, ...parameters, ...Object.entries(fields).flat()),
    )) as string[];
    const stateName = state === '' ? 'UNSPECIFIED' : (JSON.parse(state) as string);
    return {
      outcome,
      state: (enumValue(JobRecord_StateSchema, stateName) ?? 0) as JobRecord_State,
      attempt: Number(current),
    };
  }

  /** The fields that `changes` names, and no others: the rest of the hash stays as it is. */
  #fields(changes: RecordChanges): Record<string, string> {
    const hash = toHash(create(JobRecordSchema, changes));
    return Object.fromEntries(Object.entries(hash).filter(([field]) => field in changes));
  }

  /** Up to `scanBatch` entries of the index after `position`. */
  async #indexAfter(
    tenant: string,
    filter: JobFilter,
    position: IndexPosition | undefined,
  ): Promise<IndexPosition[]> {
    const oldest = filter.createdAfter === undefined ? '-inf' : filter.createdAfter.getTime();
    const newest = Math.min(position?.createdMs ?? Infinity, filter.createdBefore?.getTime() ?? Infinity);
    const found: IndexPosition[] = [];
    for (let offset = 0; found.length < scanBatch; offset += scanBatch) {
      const flat = await answered(
        this.#redis.zrevrangebyscore(
          this.#indexKey(tenant),
          newest === Infinity ? '+inf' : newest,
          oldest,
          'WITHSCORES',
          'LIMIT',
          offset,
          scanBatch,
        ),
      );
      for (let at = 0; at < flat.length; at += 2) {
        const entry = { jobId: flat[at] ?? '', createdMs: Number(flat[at + 1]) };
        if (position === undefined || isAfter(entry, position)) found.push(entry);
      }
      if (flat.length < 2 * scanBatch) break;
    }
    return found.slice(0, scanBatch);
  }

  async #read(
    tenant: string,
    entries: readonly IndexPosition[],
  ): Promise<{ entry: IndexPosition; record: JobRecord | undefined }[]> {
    return Promise.all(
      entries.map(async (entry) => ({ entry, record: (await this.get(tenant, entry.jobId))?.record })),
    );
  }

  #jobKey(tenant: string, jobId: string): string {
    return `${this.#prefix}:job:${tenant}:${jobId}`;
  }

  #serviceKey(): string {
    return `${this.#prefix}:service-time`;
  }

  /** BullMQ's list of the studies that workers have in hand. */
  #inHandKey(): string {
    return `${queuePrefix(this.#prefix)}:${queueName}:active`;
  }

  #tenantsKey(): string {
    return `${this.#prefix}:tenants`;
  }

  #indexKey(tenant: string): string {
    return `${this.#prefix}:jobs:${tenant}`;
  }
}

interface JobName {
  readonly tenant: string;
  readonly jobId: string;
}

type RecordChanges = MessageInitShape<typeof JobRecordSchema> & object;

function channelOf(prefix: string): string {
  return `${prefix}:changes`;
}
