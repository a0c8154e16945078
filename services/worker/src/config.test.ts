import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '@hepastage/platform';
import { workerConfig } from './config.ts';

const pacsUrlOf = (url: string) => parseConfig(workerConfig, { HEPASTAGE_PACS_URL: url }).pacsUrl;

test('a PACS is named by the root of its DICOMweb', () => {
  for (const url of ['https://pacs.example/dicom-web', 'http://10.0.0.7:8042/dicom-web/', 'https://pacs'])
    assert.equal(pacsUrlOf(url), url);
  assert.equal(parseConfig(workerConfig, {}).pacsUrl, undefined);
});

test('a PACS with a user or password in its URL is refused, and the message quotes neither', () => {
  for (const url of [
    'https://user:secret@pacs/dicom-web',
    'https://secret@pacs',
    'https://pacs/?token=secret',
    'secret',
  ])
    assert.throws(
      () => pacsUrlOf(url),
      ({ message }: Error) => /^[^]*HEPASTAGE_PACS_URL/.test(message) && !message.includes('secret'),
    );
});

test('an Authorization header that can’t be sent is refused, and not quoted', () => {
  for (const header of ['Basic secret\r\nHost: other', 'Bearer secrét', ' secret'])
    assert.throws(
      () => parseConfig(workerConfig, { HEPASTAGE_PACS_AUTHORIZATION: header }),
      ({ message }: Error) => message.includes('HEPASTAGE_PACS_AUTHORIZATION') && !message.includes('secr'),
    );
  const header = 'Bearer abc.def';
  assert.equal(parseConfig(workerConfig, { HEPASTAGE_PACS_AUTHORIZATION: header }).pacsAuthorization, header);
});
