import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { inContainerOrLocally } from './container-engine.ts';
import { startServerContainer } from './container-server.ts';
import { installRedis } from './install-redis.ts';
import { startLocalProgram } from './local-program.ts';
import { type RunningServer, runningServer } from './running-server.ts';

export interface RedisServer extends RunningServer {
  /** In braces, for every key of this test: others may use the same Redis. */
  readonly prefix: string;
}

const image = process.env['HEPASTAGE_TEST_REDIS_IMAGE'] ?? 'redis:7.4-alpine';
/** As in production: every write is kept, and no key is evicted. */
const serverOptions = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--save', ''];

/**
 * A real Redis: the one at REDIS_URL where that is set, a container where a Docker engine answers, else `redis-server` on a free loopback port.
 * Give `prefix` to everything that writes keys.
 */
export async function startRedis(): Promise<RedisServer> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') return sharedRedis(given);
  return inContainerOrLocally<RedisServer>(startRedisContainer, startLocalRedis);
}

export interface LocalRedisOptions {
  /** More options of redis-server. */
  readonly options?: readonly string[];
  /** PEM files of its certificate: then it speaks TLS alone, with clients that have a certificate of the same authority. */
  readonly tls?: { readonly caFile: string; readonly certFile: string; readonly keyFile: string };
}

/** A `redis-server` process of this caller's own, whatever REDIS_URL says: for tests that pause or kill it by its pid. */
export async function startLocalRedis({ options = [], tls }: LocalRedisOptions = {}): Promise<
  RedisServer & { readonly pid: number }
> {
  const { command, environment } = await installRedis();
  const { pid, ports, stop } = await startLocalProgram({
    name: 'redis',
    command,
    environment,
    portCount: 1,
    arguments: async (directory, [port]) => [
      '--bind',
      '127.0.0.1',
      ...listeningOptions(port, tls),
      '--dir',
      directory,
      ...serverOptions,
      ...options,
    ],
    readyLine: /Ready to accept connections/,
  });
  return runningServer({
    url: `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${ports[0]}`,
    prefix: uniquePrefix(),
    pid,
    stop,
  });
}

function listeningOptions(port: number | undefined, tls: LocalRedisOptions['tls']): string[] {
  if (tls === undefined) return ['--port', String(port)];
  const { caFile, certFile, keyFile } = tls;
  const listening = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'yes'];
  return listening.concat(
    '--tls-ca-cert-file',
    caFile,
    '--tls-cert-file',
    certFile,
    '--tls-key-file',
    keyFile,
  );
}

async function startRedisContainer(): Promise<RedisServer> {
  const { pid, ports, stop } = await startServerContainer({
    image,
    portCount: 1,
    arguments: ([port]) => ['redis-server', '--bind', '127.0.0.1', '--port', String(port), ...serverOptions],
    dataFolder: '/data',
    readyLine: /Ready to accept connections/,
  });
  return runningServer({ url: `redis://127.0.0.1:${ports[0]}`, prefix: uniquePrefix(), pid, stop });
}

/** Somebody else's Redis: only the keys of this test are ours to erase. */
function sharedRedis(url: string): RedisServer {
  const prefix = uniquePrefix();
  return runningServer({ url, prefix, pid: undefined, stop: async () => eraseKeys(url, prefix) });
}

async function eraseKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
      if ((keys as string[]).length > 0) await redis.unlink(keys as string[]);
    }
  } finally {
    redis.disconnect();
  }
}

function uniquePrefix(): string {
  return `{test-${randomBytes(6).toString('hex')}}`;
}
