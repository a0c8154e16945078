import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiBytesMax } from './api-bytes-max.ts';
import { loadWithUploads } from './concurrent-uploads.ts';

const uploads = 100;
const brokenOff = 30;

test(`${uploads} uploads at once stay within the API’s memory, and clients that stop on the way leave nothing behind`, async (context) => {
  // Two parts of the S3 upload: the second is on its way while others are at their first.
  const { peakBytes, seconds, astray } = await loadWithUploads({ uploads, mebibytes: 6, brokenOff });
  context.diagnostic(`peak ${Math.round(peakBytes / 2 ** 20)} MiB after ${seconds.toFixed(1)} s`);
  assert.deepEqual(astray, []);
  assert.ok(peakBytes <= apiBytesMax(uploads + brokenOff), `the API peaked at ${peakBytes} bytes resident`);
});
