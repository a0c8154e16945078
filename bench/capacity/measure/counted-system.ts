import { type RedisServer, startLocalRedis } from '../../../tests/helpers/redis-server.ts';
import { s3Settings, startS3 } from '../../../tests/helpers/s3-server.ts';
import { startSystem, type System } from '../../../tests/helpers/system.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';

/** A system over S3 whose requests to the object store are counted, with a Redis of its own. */
export interface CountedSystem extends AsyncDisposable {
  readonly system: System;
  readonly redis: RedisServer;
  readonly proxy: CountingProxy;
}

export async function startCountedSystem(): Promise<CountedSystem> {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await startLocalRedis());
  const s3 = opened.use(await startS3());
  const proxy = opened.use(await startCountingProxy(s3.endpoint));
  const system = opened.use(
    await startSystem('directory', redis, {
      HEPASTAGE_OBJECT_STORE: s3.url,
      ...s3Settings({ ...s3, endpoint: proxy.endpoint }),
    }),
  );
  const running = opened.move();
  return { system, redis, proxy, [Symbol.asyncDispose]: async () => running.disposeAsync() };
}
