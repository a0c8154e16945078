import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectRedis, createLogger, openStudyQueue, type RedisTarget } from '@hepastage/platform';
import { create } from '@bufbuild/protobuf';
import { ErrorCode, StudyRequestSchema } from '@hepastage/proto';
import { makeAuthority } from '../helpers/certificates.ts';
import { leakingNothing } from '../helpers/leaks.ts';
import { type LocalRedisOptions, startLocalRedis } from '../helpers/redis-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const logger = createLogger('test', 'silent');
const connect = async (target: RedisTarget) => {
  const redis = await connectRedis(target, 'fail-fast', logger);
  try {
    return await redis.ping();
  } finally {
    redis.disconnect();
  }
};
const withCredentials = (url: string, credentials: string) => url.replace('//', `//${credentials}@`);

test(
  'a wrong password, none, and a command that the user may not use are told apart from a Redis that is away',
  leakingNothing(async () => {
    await using redis = await startLocalRedis({
      options: [
        '--requirepass',
        'right',
        '--user',
        'limited',
        'on',
        '>right',
        '+info',
        '-ping',
        '+eval',
        '+evalsha',
        '~*',
        '+client',
        '+hello',
      ],
    });
    const refused = {
      codeName: 'QUEUE_UNAVAILABLE',
      message: /^Redis refuses the credentials; check user and password, and what its ACL lets that user do/,
    };
    for (const redisUrl of [
      redis.url,
      withCredentials(redis.url, ':wrong'),
      withCredentials(redis.url, 'nobody:right'),
    ]) {
      await assert.rejects(connect({ redisUrl }), refused, redisUrl);
    }
    assert.equal(await connect({ redisUrl: withCredentials(redis.url, ':right') }), 'PONG');
    const limited = {
      redisUrl: withCredentials(redis.url, 'limited:right'),
      redisPrefix: redis.prefix,
      logger,
    };
    const queue = await openStudyQueue(limited);
    await assert.rejects(queue.check(), refused);
    await assert.rejects(queue.add(create(StudyRequestSchema, { jobId: 'a' })), refused);
    await queue.close();
  }),
);

test(
  'a Redis whose memory is full says so',
  leakingNothing(async () => {
    await using redis = await startLocalRedis({ options: ['--maxmemory', '1'] });
    const queue = await openStudyQueue({ redisUrl: redis.url, redisPrefix: redis.prefix, logger });
    await assert.rejects(queue.add(create(StudyRequestSchema, { jobId: 'a' })), (error: unknown) => {
      assert.equal((error as { code: ErrorCode }).code, ErrorCode.QUEUE_FULL);
      return /Redis is out of memory/.test((error as Error).message);
    });
    await queue.close();
  }),
);

test(
  'TLS holds only with the authority that signed, and the certificate that is asked for',
  leakingNothing(async () => {
    await using directory = await temporaryDirectory('certificates');
    const authority = await makeAuthority(directory.path);
    const stranger = await makeAuthority(directory.path, 'stranger');
    const tls: LocalRedisOptions['tls'] = { caFile: authority.caFile, ...(await authority.issue('redis')) };
    const ours = await authority.issue('ours');
    const theirs = await stranger.issue('theirs');
    await using redis = await startLocalRedis({ tls });
    const target = (caFile: string, files?: typeof ours): RedisTarget => ({
      redisUrl: redis.url,
      redisCaFile: caFile,
      redisCertFile: files?.certFile,
      redisKeyFile: files?.keyFile,
    });
    assert.equal(await connect(target(authority.caFile, ours)), 'PONG');
    const away = { codeName: 'QUEUE_UNAVAILABLE' };
    await assert.rejects(connect(target(stranger.caFile, ours)), away);
    await assert.rejects(
      connect({ redisUrl: redis.url, redisCertFile: ours.certFile, redisKeyFile: ours.keyFile }),
      away,
    );
    await assert.rejects(connect(target(authority.caFile)), away);
    await assert.rejects(connect(target(authority.caFile, theirs)), away);
    await assert.rejects(connect({ redisUrl: redis.url.replace('rediss', 'redis') }), away);
  }),
);

test('certificates that could not be used are refused before anything is connected', async () => {
  await using directory = await temporaryDirectory('certificates');
  const file = join(directory.path, 'any.pem');
  await writeFile(file, 'any');
  const absent = join(directory.path, 'absent.pem');
  const cases: readonly [Partial<RedisTarget>, RegExp][] = [
    [
      { redisUrl: 'redis://127.0.0.1:1', redisCaFile: file },
      /asks for no TLS; write rediss:\/\/ in REDIS_URL/,
    ],
    [{ redisCertFile: file }, /needs its private key.*HEPASTAGE_REDIS_KEY_FILE/],
    [{ redisKeyFile: file }, /HEPASTAGE_REDIS_CERT_FILE/],
    [{ redisCaFile: absent }, /HEPASTAGE_REDIS_CA_FILE names a file that cannot be read \(ENOENT\)/],
  ];
  for (const [target, message] of cases) {
    await assert.rejects(connect({ redisUrl: 'rediss://127.0.0.1:1', ...target }), {
      codeName: 'INVALID_CONFIG',
      message,
    });
  }
});
