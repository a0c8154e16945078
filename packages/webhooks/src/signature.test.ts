import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { Notice } from './notice.ts';
import { signedHeaders } from './signature.ts';
import { shownSecret, tenantSecret } from './tenant-secret.ts';

const notice: Notice = { id: 'msg_7', body: '{"type":"job.succeeded","data":{"jobId":"é"}}' };
const [newer, older] = [tenantSecret('n'.repeat(32), 'radiology'), tenantSecret('o'.repeat(32), 'radiology')];

test('a signature is an HMAC-SHA-256 over id, time and body', () => {
  const headers = signedHeaders(notice, [newer], new Date(1_674_087_231_987));
  const signed = `msg_7.1674087231.${notice.body}`;
  assert.deepEqual(headers, {
    'webhook-id': 'msg_7',
    'webhook-timestamp': '1674087231',
    'webhook-signature': `v1,${createHmac('sha256', newer).update(signed).digest('base64')}`,
  });
});

test('who knows the shown secret can verify it, whichever of two is in use', () => {
  const headers = signedHeaders(notice, [newer, older], new Date());
  for (const secret of [newer, older]) {
    assert.deepEqual(new Webhook(shownSecret(secret)).verify(notice.body, headers), JSON.parse(notice.body));
  }
  const stranger = new Webhook(shownSecret(tenantSecret('n'.repeat(32), 'surgery')));
  assert.throws(() => stranger.verify(notice.body, headers), /No matching signature/);
  const verifier = new Webhook(shownSecret(newer));
  assert.throws(() => verifier.verify(notice.body.replace('é', 'e'), headers), /No matching signature/);
  assert.throws(
    () => verifier.verify(notice.body, { ...headers, 'webhook-id': 'msg_8' }),
    /No matching signature/,
  );
});

test('a secret is derived from key and tenant, and long enough', () => {
  assert.equal(newer.length, 32);
  assert.deepEqual(tenantSecret('n'.repeat(32), 'radiology'), newer);
  assert.match(shownSecret(newer), /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.equal(
    newer.toString('hex'),
    createHmac('sha256', 'n'.repeat(32)).update('webhook:radiology').digest('hex'),
  );
});
