import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
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
