import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type ApiConfig, type ApiDeps, apiSettings, buildApp, checkConfig, Lifecycle } from '@hepastage/api';
import { uidHasher } from '@hepastage/dicom';
import {
  connectRedis,
  createLogger,
  createRegistry,
  Locks,
  openArrivals,
  openStatusStore,
  openStudyQueue,
  parseConfig,
  type Tracer,
  untraced,
} from '@hepastage/platform';
import { ModelManifest_Kind, ModelManifestSchema } from '@hepastage/proto';
import { Redis } from 'ioredis';
import { closeArrivalAsSaid } from '@hepastage/jobs';
import { NoticeQueue } from '@hepastage/webhooks';
import { AuditLog } from '@hepastage/access';
import { Admission } from '../../services/api/src/admission/admission.ts';
import { openAccess } from '../../services/api/src/access/open-access.ts';
import { type RedisServer, startRedis } from '../helpers/redis-server.ts';
import { openStore, type StoreKind, type StoreUnderTest } from './store-under-test.ts';

/** The API in this process, listening on a free loopback port, over a real Redis and a real object store. */
export interface ApiUnderTest extends AsyncDisposable {
  readonly app: Awaited<ReturnType<typeof buildApp>>;
  readonly url: string;
  /** Where its operations port answers, if it has one. */
  readonly operationsUrl: string | undefined;
  readonly deps: ApiDeps;
  /** `look()` has it look now, and not only when it is time. */
  readonly admission: Admission;
  /** Everything that studies have left behind. */
  traces(): Promise<Traces>;
}

export interface Traces {
  readonly objects: readonly string[];
  /** What is in the storage without being an object. */
  readonly unfinished: readonly string[];
  /** Redis keys of records, index and queue entries. */
  readonly jobKeys: readonly string[];
  readonly queued: number;
}

export const noTraces: Traces = { objects: [], unfinished: [], jobKeys: [], queued: 0 };

export interface ApiOptions {
  readonly store?: StoreKind;
  readonly settings?: Partial<ApiConfig>;
  /** A Redis of the test's own, which it may stop. */
  readonly redis?: RedisServer;
  /** Another Redis for the queue alone. */
  readonly queueRedis?: RedisServer;
  /** Whether it stages studies after their quiet period; else only those that a test names. */
  readonly closesQuiet?: boolean;
  /** What time it is to the API. */
  readonly clock?: () => Date;
  readonly tracer?: Tracer;
}

export const tenant = 'default';

/** Small limits, so that a test can reach them; but as many requests as it likes. */
const testLimits = {
  uploadFileBytesMax: 4_000_000,
  uploadBytesMax: 6_000_000,
  decompressedBytesMax: 8_000_000,
  voxelsMax: 1_000_000,
  metadataBytesMax: 2_000,
  uploadIdleMsMax: 5_000,
  probeMsMax: 1_000,
  requestsPerMinute: 1_000_000,
} satisfies Partial<ApiConfig>;

export async function startApi(options: ApiOptions = {}): Promise<ApiUnderTest> {
  await using opening = new AsyncDisposableStack();
  const redis = options.redis ?? opening.use(await startRedis());
  const config: ApiConfig = checkConfig({
    ...parseConfig(apiSettings, {}),
    ...testLimits,
    ...options.settings,
    redisUrl: redis.url,
    redisPrefix: redis.prefix,
  });
  const stored = await openStore(options.store ?? 'directory', opening);
  const rest = await openRest(config, options.queueRedis?.url ?? redis.url, opening, options.clock);
  const { store } = stored;
  const limiter = opening.adopt(await connectRedis(config, 'fail-fast', rest.logger), (it) =>
    it.disconnect(),
  );
  const admission = opening.use(new Admission({ ...rest, store }));
  const deps: ApiDeps = {
    ...openAccess({ ...rest, store, redis: limiter }),
    ...rest,
    tracer: options.tracer ?? untraced,
    store,
    audit: new AuditLog(store, rest.clock),
    admission,
    onEnded: async (job) => rest.notices.add(job),
    forget: async ({ jobId }) => rest.notices.remove(jobId),
  };
  if (options.closesQuiet === true) {
    await deps.arrivals.closeQuiet(
      async (arrival, said) => void (await closeArrivalAsSaid(arrival, said, deps)),
    );
  }
  const app = await buildApp(deps);
  opening.defer(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const running = opening.move();
  return {
    app,
    url,
    operationsUrl: await app.listenForOperations(),
    deps,
    admission,
    traces: async () => tracesOf(deps, stored),
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  };
}

async function openRest(
  config: ApiConfig,
  queueUrl: string,
  opening: AsyncDisposableStack,
  clock = () => new Date(),
) {
  const logger = createLogger('api-test', 'silent');
  const status = opening.adopt(
    await openStatusStore({ ...config, patience: 'fail-fast', logger }),
    async (it) => it.close(),
  );
  const queue = opening.adopt(await openStudyQueue({ ...config, redisUrl: queueUrl, logger }), async (it) =>
    it.close(),
  );
  const arrivals = opening.adopt(await openArrivals({ ...config, logger }), async (it) => it.shutDown());
  const locks = opening.adopt(await Locks.open({ ...config, logger }), async (it) => it.close());
  const notices = opening.adopt(
    await NoticeQueue.open({ ...config, patience: 'fail-fast', logger }),
    async (it) => it.close(),
  );
  return {
    config,
    locks,
    notices,
    arrivals,
    logger,
    registry: createRegistry('api-test'),
    status,
    queue,
    models: [
      create(ModelManifestSchema, { name: 'phantom-light', version: '1.0.0', kind: ModelManifest_Kind.DEEP }),
    ],
    lifecycle: new Lifecycle(),
    clock,
    uidHasherOf: (name: string) => uidHasher('a key of the tests, long enough', name),
    newJobId: randomUUID,
  };
}

async function tracesOf({ queue, config }: ApiDeps, { store, unfinished }: StoreUnderTest): Promise<Traces> {
  const objects = await Array.fromAsync(store.list(''));
  const counts = Object.values((await queue.counts()).studies);
  return {
    // What was done is said for ever: no study is in it.
    objects: objects.map(({ key }) => key).filter((key) => !key.startsWith('audit/')),
    unfinished: await unfinished(),
    jobKeys: await jobKeysOf(config.redisUrl, config.redisPrefix),
    queued: counts.reduce((sum, count) => sum + count, 0),
  };
}

/** BullMQ keeps a few keys of its own even for an empty queue: those are nobody's traces. */
async function jobKeysOf(url: string, prefix: string): Promise<string[]> {
  const redis = new Redis(url);
  try {
    const keys: string[] = [];
    for await (const page of redis.scanStream({ match: `${prefix}*` })) keys.push(...(page as string[]));
    return keys.filter((key) => /[0-9a-f]{8}-[0-9a-f]{4}|:jobs:/.test(key)).toSorted();
  } finally {
    redis.disconnect();
  }
}
