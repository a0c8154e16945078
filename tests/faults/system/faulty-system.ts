import { objectKeys, openObjectStore, type ObjectStore } from '@hepastage/platform';
import { type CommandOutcome, hepastageWith } from '../../helpers/command.ts';
import { freePorts } from '../../helpers/free-port.ts';
import { s3Settings, startS3 } from '../../helpers/s3-server.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { RestartableRedis } from './restartable-redis.ts';
import { RestartableService } from './restartable-service.ts';
import { S3FaultProxy } from './s3-fault-proxy.ts';

/** The whole service as real processes, each of which can be broken. */
export interface FaultySystem extends AsyncDisposable {
  readonly url: string;
  readonly api: RestartableService;
  readonly workers: readonly RestartableService[];
  readonly redis: RestartableRedis;
  /** The way to the object store, where that is S3. */
  readonly proxy: S3FaultProxy | undefined;
  /** The object store as it is, past the proxy. */
  readonly store: ObjectStore;
  readonly settings: Readonly<Record<string, string>>;
  /** Runs a `hepastage` command of its operators. */
  command(...words: readonly string[]): Promise<CommandOutcome>;
}

export interface SystemShape {
  readonly store: 'directory' | 's3';
  readonly workers: number;
  readonly settings?: Readonly<Record<string, string>>;
}

/** So that several workers fit on few cores, and what breaks is noticed soon. */
const commonSettings = {
  HEPASTAGE_LOG_LEVEL: 'info',
  HEPASTAGE_REDIS_PREFIX: '{faults}',
  HEPASTAGE_LOCK_SECONDS: '2',
  // It is we who kill, not the studies.
  HEPASTAGE_STALLED_MAX: '1000',
  HEPASTAGE_OPINION_MODELS: 'none',
  HEPASTAGE_IMAGING_THREADS: '1',
  HEPASTAGE_INFERENCE_THREADS: '1',
  HEPASTAGE_JOBS_IN_FLIGHT: '4',
  HEPASTAGE_ADMISSION_MS: '500',
  HEPASTAGE_SWEEP_SECONDS: '2',
  HEPASTAGE_REQUESTS_PER_MINUTE: '1000000',
};

export async function startFaultySystem(shape: SystemShape, random: () => number): Promise<FaultySystem> {
  await using opening = new AsyncDisposableStack();
  const redis = opening.use(await RestartableRedis.start());
  const place = shape.store === 's3' ? await s3(opening, random) : await directory(opening);
  const [port] = await freePorts(1);
  const settings = {
    ...commonSettings,
    REDIS_URL: redis.url,
    PORT: String(port),
    ...place.settings,
    ...shape.settings,
  };
  const api = opening.use(await RestartableService.start('api', settings));
  const workers: RestartableService[] = [];
  for (let n = 0; n < shape.workers; n++)
    workers.push(opening.use(await RestartableService.start('worker', settings)));
  const opened = opening.move();
  return {
    url: api.url,
    api,
    workers,
    redis,
    proxy: place.proxy,
    store: place.store,
    settings,
    command: async (...words) => hepastageWith(settings, ...words),
    [Symbol.asyncDispose]: async () => opened.disposeAsync(),
  };
}

async function directory(opening: AsyncDisposableStack) {
  const { path } = opening.use(await temporaryDirectory('objects'));
  const store = opening.adopt(openObjectStore({ objectStore: path }), async (it) => it.close());
  return { store, proxy: undefined, settings: { HEPASTAGE_OBJECT_STORE: path } };
}

async function s3(opening: AsyncDisposableStack, random: () => number) {
  const server = opening.use(await startS3());
  const { url, endpoint, region } = server;
  const proxy = opening.use(await S3FaultProxy.start(endpoint, random));
  const store = opening.adopt(
    openObjectStore(
      { objectStore: url, objectStoreEndpoint: endpoint, objectStoreRegion: region },
      { credentials: server },
    ),
    async (it) => it.close(),
  );
  const settings = {
    HEPASTAGE_OBJECT_STORE: url,
    ...s3Settings({ ...server, endpoint: proxy.endpoint }),
  };
  return { store, proxy, settings };
}

/** The tenant of a service without authentication. */
export const tenant = 'default';

/** Where everything of its jobs lies. */
export const jobsFolder = objectKeys.jobs(tenant);
