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
