import { imageSettings } from '../../tests/helpers/container-images.ts';
import { startRedis } from '../../tests/helpers/redis-server.ts';
import { s3Settings, startS3 } from '../../tests/helpers/s3-server.ts';

/** Redis and S3 for all test files together; each file keeps to a prefix and a bucket of its own. And which images of API and worker they run, if any. */
export interface TestServers extends AsyncDisposable {
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Starts both, installing them first where they are missing. Where that fails, says why and leaves its variable unset: then the files that
 * need the server fail, and the others run.
 */
export async function startTestServers(): Promise<TestServers> {
  console.log('Starting Redis and S3 for the tests …');
  await using resources = new AsyncDisposableStack();
  const environment: NodeJS.ProcessEnv = await imageSettings();
  const [redis, s3] = await Promise.allSettled([startRedis(), startS3()]);
  if (redis.status === 'fulfilled') {
    environment['REDIS_URL'] = resources.use(redis.value).url;
  } else console.error('Redis did not start:', redis.reason);
  if (s3.status === 'fulfilled') {
    Object.assign(environment, s3Settings(resources.use(s3.value)));
  } else console.error('S3 did not start:', s3.reason);
  const owned = resources.move();
  return { environment, [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}
