import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '@hepastage/platform';
import { apiSettings, checkConfig } from './config.ts';

const parse = (environment: NodeJS.ProcessEnv) => checkConfig(parseConfig(apiSettings, environment));

test('the defaults agree with each other', () => {
  const config = parse({});
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.port, 8080);
  assert.equal(config.uploadFileBytesMax, 512 * 1024 * 1024);
});

test('settings that contradict each other are refused with what to do', () => {
  assert.throws(
    () => parse({ HEPASTAGE_UPLOAD_BYTES_MAX: '1000', HEPASTAGE_UPLOAD_FILE_BYTES_MAX: '1001' }),
    {
      codeName: 'INVALID_CONFIG',
      message:
        'environment: one file may be larger than its whole upload; raise HEPASTAGE_UPLOAD_BYTES_MAX to HEPASTAGE_UPLOAD_FILE_BYTES_MAX or above',
    },
  );
  assert.throws(
    () => parse({ HEPASTAGE_LONG_POLL_SECONDS_MAX: '120' }),
    /raise HEPASTAGE_SOCKET_IDLE_MS_MAX above HEPASTAGE_LONG_POLL_SECONDS_MAX/,
  );
  assert.throws(() => parse({ HEPASTAGE_PAGE_SIZE_MAX: '10' }), /lower HEPASTAGE_PAGE_SIZE_DEFAULT/);
  assert.throws(() => parse({ HEPASTAGE_REQUEST_MS_MAX: '600000' }), /raise HEPASTAGE_REQUEST_MS_MAX/);
});

test('a file is never larger than the contract can count', () => {
  assert.throws(() => parse({ HEPASTAGE_UPLOAD_FILE_BYTES_MAX: String(2 ** 32) }), {
    message: /HEPASTAGE_UPLOAD_FILE_BYTES_MAX must be <= 4294967295/,
  });
});
