import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { createLogger } from './logger.ts';

function linesOf(log: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  log(createLogger('test', 'info', { write: (line) => void (text += line) }));
  return text;
}

test('an error is its code and message: no stack', () => {
  const line = linesOf((logger) => logger.error({ err: new Error('disk') }, 'failed'));
  const { err } = JSON.parse(line) as { err: unknown };
  assert.deepEqual(err, {
    code: 'INTERNAL',
    message:
      'something went wrong on our side; send the request again; if it stays, give the job or request id to support',
    cause: { type: 'Error', message: 'disk' },
  });
  assert.doesNotMatch(line, /at .*\.ts/);
});

test('what a refused file said stays out of the log', () => {
  const cause = new Error('Unexpected token in "Doe^Jane"');
  const refused = new HepastageError(ErrorCode.INVALID_METADATA, {
    what: 'no JSON',
    where: 'part metadata',
    cause,
  });
  const line = linesOf((logger) => logger.warn({ err: refused }, 'refused'));
  assert.doesNotMatch(line, /Doe/);
  assert.match(line, /"code":"INVALID_METADATA","message":"part metadata: no JSON"/);
});

test('no credentials are logged, whoever logs a header or a URL that holds them', () => {
  const headers = {
    host: 'h',
    authorization: 'Bearer abcdefgh.secret',
    cookie: 'id=secret',
    'x-api-key': 'secret',
  };
  const cause = new Error('connect to redis://user:secret@redis.example:6379 failed');
  const line = linesOf((logger) => {
    logger.info({ headers }, 'headers');
    logger.info({ req: { headers, raw: { headers } } }, 'request');
    logger.info({ authorization: 'secret' }, 'bare');
    logger.child({ headers }).info('child');
    logger.info(
      { url: 'https://user:secret@h/path', other: 'https://secret@h' },
      'GET https://:secret@h/ "x"',
    );
    logger.info('sent Authorization: Basic c2VjcmV0OnNlY3JldA== and bearer hep_0123456789abcdef_secret');
    logger.error({ err: new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, { what: 'away', cause }) }, 'redis');
  });
  assert.doesNotMatch(line, /secret|c2VjcmV0/);
  assert.match(line, /connect to redis:\/\/\[hidden\]@redis\.example:6379 failed/);
  for (const logged of line.trim().split('\n')) JSON.parse(logged);
});

test('what holds no credentials is logged as it is', () => {
  const text = 'mail a@b.example, see https://h/path@2 and http://h:80/x?to=a@b; the bearer of bad news';
  const line = linesOf((logger) => logger.info({ host: 'redis:6379' }, text));
  assert.equal((JSON.parse(line) as { msg: string }).msg, text);
});
