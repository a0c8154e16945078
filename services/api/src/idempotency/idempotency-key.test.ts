import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idempotencyKeyOf } from './idempotency-key.ts';

test('a key is the same in quotes and bare', () => {
  assert.equal(idempotencyKeyOf(undefined), undefined);
  for (const header of ['8e03978e-40d5', '"8e03978e-40d5"', ' "8e03978e-40d5" '])
    assert.equal(idempotencyKeyOf(header), '8e03978e-40d5');
  assert.equal(idempotencyKeyOf('"a \\"b\\" \\\\c"'), 'a "b" \\c');
});

test('what is no key is refused, and not quoted', () => {
  for (const header of ['', '""', '"open', 'é', 'a\tb', 'x'.repeat(256), '"a"b"', ['one', 'two']]) {
    assert.throws(
      () => idempotencyKeyOf(header),
      (error: Error & { codeName?: string }) =>
        error.codeName === 'INVALID_REQUEST' && !error.message.includes('xxx'),
      JSON.stringify(header),
    );
  }
});
