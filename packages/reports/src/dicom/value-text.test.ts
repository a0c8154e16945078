import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateOf, decimalString, longString, plainText, timeOf } from './value-text.ts';

test('a decimal string has at most 16 characters and loses no more than it must', () => {
  assert.equal(decimalString(0.5), '0.5');
  assert.equal(decimalString(-70.125), '-70.125');
  const values = [1 / 3, -1 / 3, Math.PI * 1e8, -Math.E * 1e-12, 1e22 / 7, -1 / 7e-7, Number.MIN_VALUE];
  for (const value of values) {
    const text = decimalString(value);
    assert.match(text, /^[-+\d.e]{1,16}$/);
    assert.ok(Math.abs(Number(text) / value - 1) < 1e-8, `${value} became ${text}`);
  }
  for (const value of [Number.NaN, Infinity]) assert.throws(() => decimalString(value), RangeError);
});

test('a long string is cut at 64 characters, between letters, and holds one value', () => {
  assert.equal(longString('a\\b\nc '), 'a b c');
  assert.equal(longString('☂'.repeat(70)), '☂'.repeat(64));
  assert.equal(longString('😀'.repeat(70)), '😀'.repeat(64));
});

test('dates and times are in UTC', () => {
  const time = new Date('2026-11-26T01:59:58.007+02:00');
  assert.equal(dateOf(time), '20261125');
  assert.equal(timeOf(time), '235958.007');
});

test('typographic characters become ASCII, letters stay', () => {
  assert.equal(plainText('‘a’ “b” 1–2 − 3 × 4…\u00a0é'), `'a' "b" 1-2 - 3 x 4... é`);
});
