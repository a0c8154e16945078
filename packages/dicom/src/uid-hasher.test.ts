import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uidHasher } from './uid-hasher.ts';

const uid = '1.2.840.113619.2.1.1';

test('a UID has one hash for each key and tenant, and it is a valid UID', () => {
  const hash = uidHasher('a key', 'a tenant');
  assert.equal(hash(uid), uidHasher('a key', 'a tenant')(uid));
  assert.match(hash(uid), /^2\.25\.(0|[1-9]\d*)$/);
  assert.ok(hash(uid).length <= 64);
  const others = [
    hash(`${uid}.1`),
    uidHasher('another key', 'a tenant')(uid),
    uidHasher('a key', 'another tenant')(uid),
  ];
  assert.equal(new Set([hash(uid), ...others]).size, 4);
});
