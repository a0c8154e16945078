import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Type } from 'typebox';
import { temporaryDirectory } from '../../../tests/helpers/temporary-directory.ts';
import { parseConfig } from './config.ts';

const schema = Type.Object({
  uploadBytesMax: Type.Integer({ minimum: 1, default: 1024, description: 'most bytes of an upload' }),
  port: Type.Integer({ env: 'PORT', minimum: 0, maximum: 65_535, default: 8080 }),
  executionProviders: Type.Array(Type.Union([Type.Literal('cuda'), Type.Literal('cpu')]), {
    default: ['cpu'],
  }),
  secret: Type.Optional(Type.String({ minLength: 8 })),
  required: Type.String({ description: 'a directory' }),
});

test('settings come from their variables, are converted, and fall back to their defaults', () => {
  const config = parseConfig(schema, {
    HEPASTAGE_UPLOAD_BYTES_MAX: '2048',
    HEPASTAGE_EXECUTION_PROVIDERS: 'cuda, cpu',
    HEPASTAGE_REQUIRED: 'here',
    PORT: '',
  });
  assert.deepEqual(config, {
    uploadBytesMax: 2048,
    port: 8080,
    executionProviders: ['cuda', 'cpu'],
    required: 'here',
  });
});

test('every wrong setting is named with what it should be', () => {
  assert.throws(
    () =>
      parseConfig(schema, { HEPASTAGE_UPLOAD_BYTES_MAX: 'many', PORT: '70000', HEPASTAGE_SECRET: 'short' }),
    {
      codeName: 'INVALID_CONFIG',
      message:
        'environment: HEPASTAGE_UPLOAD_BYTES_MAX must be integer, received "many" [most bytes of an upload]; ' +
        'PORT must be <= 65535, received 70000; HEPASTAGE_SECRET must not have fewer than 8 characters, received "short"; ' +
        'HEPASTAGE_REQUIRED is not set [a directory]; set the variable and start again',
    },
  );
});

test('a secret is not quoted', () => {
  const secretive = Type.Object({ redisUrl: Type.String({ pattern: '^redis:', secret: true }) });
  assert.throws(
    () => parseConfig(secretive, { HEPASTAGE_REDIS_URL: 'reddis://:password@host' }),
    (error: Error) => /HEPASTAGE_REDIS_URL must/.test(error.message) && !error.message.includes('password'),
  );
});

const secretive = Type.Object({
  uidKey: Type.Optional(Type.String({ minLength: 8, secret: true })),
  redisUrl: Type.String({ env: 'REDIS_URL', default: 'redis://host', pattern: '^redis:', secret: true }),
  model: Type.Optional(Type.String()),
});

test('a secret may lie in a file, whose last line break is none of it', async () => {
  await using directory = await temporaryDirectory('secrets');
  const file = async (name: string, text: string) => {
    const path = join(directory.path, name);
    await writeFile(path, text);
    return path;
  };
  const environment = {
    HEPASTAGE_UID_KEY_FILE: await file('key', ' a key, with\nlines \r\n'),
    REDIS_URL_FILE: await file('url', 'redis://:password@host\n'),
    HEPASTAGE_MODEL_FILE: '/not/a/secret',
  };
  assert.deepEqual(parseConfig(secretive, environment), {
    uidKey: ' a key, with\nlines ',
    redisUrl: 'redis://:password@host',
  });
});

test('a file that cannot be a secret is refused by the name of its variable alone', async () => {
  await using directory = await temporaryDirectory('secrets');
  const path = (name: string) => join(directory.path, name);
  await writeFile(path('short'), 'secret');
  await writeFile(path('empty'), '\n');
  await writeFile(path('large'), 'secret'.repeat(20_000));
  await writeFile(path('binary'), Buffer.of(0x73, 0xff, 0xfe));
  const cases: readonly [NodeJS.ProcessEnv, RegExp][] = [
    [{ HEPASTAGE_UID_KEY_FILE: path('short') }, /HEPASTAGE_UID_KEY must not have fewer than 8 characters;/],
    [{ HEPASTAGE_UID_KEY_FILE: path('empty') }, /HEPASTAGE_UID_KEY_FILE names an empty file/],
    [
      { HEPASTAGE_UID_KEY_FILE: path('large') },
      /HEPASTAGE_UID_KEY_FILE names a file of more than 65536 bytes/,
    ],
    [{ HEPASTAGE_UID_KEY_FILE: path('binary') }, /HEPASTAGE_UID_KEY_FILE names a file that is no text/],
    [{ HEPASTAGE_UID_KEY_FILE: directory.path }, /HEPASTAGE_UID_KEY_FILE names something that is no file/],
    // By mistake the secret itself.
    [{ REDIS_URL_FILE: 'secret' }, /REDIS_URL_FILE names a file that cannot be read \(ENOENT\)/],
    [
      { HEPASTAGE_UID_KEY: 'the secret', HEPASTAGE_UID_KEY_FILE: path('short') },
      /HEPASTAGE_UID_KEY and HEPASTAGE_UID_KEY_FILE are both set/,
    ],
  ];
  for (const [environment, message] of cases) {
    assert.throws(
      () => parseConfig(secretive, environment),
      (error: Error & { codeName?: string }) => {
        assert.equal(error.codeName, 'INVALID_CONFIG');
        assert.match(error.message, message);
        assert.ok(
          !error.message.includes('secret') && !error.message.includes(directory.path),
          error.message,
        );
        return true;
      },
    );
  }
});
