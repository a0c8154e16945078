import assert from 'node:assert/strict';
import { test } from 'node:test';
import { derivedUid } from './derived-uid.ts';

test('the same parts give the same UID, others another', () => {
  const uid = derivedUid('job', 'sr');
  assert.equal(uid, derivedUid('job', 'sr'));
  for (const other of [['job', 'map'], ['jobs', 'r'], ['jobsr'], ['job', 'sr', '']]) {
    assert.notEqual(derivedUid(...other), uid, other.join('|'));
  }
  // Stored studies must not change their UIDs with a new version of this software.
  assert.equal(uid, '2.25.4507977511209505952743680807144174088');
});

test('a UID is a UUID of version 8 in decimal', () => {
  for (let n = 0; n < 100; n++) {
    const uid = derivedUid(String(n));
    assert.match(uid, /^2\.25\.[1-9]\d{0,38}$/);
    const hex = BigInt(uid.slice('2.25.'.length)).toString(16).padStart(32, '0');
    assert.match(hex, /^.{12}8.{3}[89ab].{15}$/);
  }
});
