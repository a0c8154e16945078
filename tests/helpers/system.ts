import { ApiClient } from '../../packages/cli/src/server/client.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { type ServiceProcess, startService } from './service-process.ts';
import { s3Settings, startS3 } from './s3-server.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The whole service: real processes over a real Redis and a real object store. */
export interface System extends AsyncDisposable {
  readonly client: ApiClient;
  readonly api: ServiceProcess;
  readonly redis: RedisServer;
  /** Settings that every service of this system is started with. */
  readonly settings: Readonly<Record<string, string>>;
  /** Starts one more worker; it is stopped with the system. */
  startWorker(settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
}

/** Starts Redis (unless the test brings one that it may stop), an object store and the API, with `common` settings for all services. Workers are the test's to start. */
export async function startSystem(
  store: 'directory' | 's3' = 'directory',
  ownRedis?: RedisServer,
  common: Readonly<Record<string, string>> = {},
): Promise<System> {
  await using opened = new AsyncDisposableStack();
  const redis = ownRedis ?? opened.use(await startRedis());
  const settings = {
    REDIS_URL: redis.url,
    HEPASTAGE_REDIS_PREFIX: redis.prefix,
    HEPASTAGE_LOG_LEVEL: 'info',
    ...(store === 's3' ? await bucketSettings(opened) : await directorySettings(opened)),
    ...common,
  };
  const api = opened.use(await startService('api', settings));
  const running = opened.move();
  return {
    client: new ApiClient(api.url),
    api,
    redis,
    settings,
    startWorker: async (more = {}) => running.use(await startService('worker', { ...settings, ...more })),
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  };
}

async function directorySettings(opened: AsyncDisposableStack): Promise<Record<string, string>> {
  const { path } = opened.use(await temporaryDirectory('objects'));
  return { HEPASTAGE_OBJECT_STORE: path };
}

async function bucketSettings(opened: AsyncDisposableStack): Promise<Record<string, string>> {
  const s3 = opened.use(await startS3());
  return { HEPASTAGE_OBJECT_STORE: s3.url, ...s3Settings(s3) };
}
