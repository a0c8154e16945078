import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GrowingBuffer } from './growing-buffer.ts';

test('pieces of any size come out as they came, and what was looked at before stays', () => {
  const all = Buffer.from(Array.from({ length: 5_000 }, (_, n) => n % 251));
  for (const size of [1, 7, 4_999, 5_000]) {
    const gathered = new GrowingBuffer();
    const looks: Buffer[] = [];
    for (let at = 0; at < all.length; at += size) {
      gathered.add(all.subarray(at, at + size));
      looks.push(gathered.bytes);
    }
    assert.deepEqual(gathered.bytes, all);
    for (const look of looks) assert.deepEqual(look, all.subarray(0, look.length));
  }
});

test('a piece is never written over', () => {
  const piece = Buffer.from('abcdef');
  const gathered = new GrowingBuffer();
  gathered.add(piece.subarray(0, 3));
  gathered.add(Buffer.from('xyz'));
  assert.equal(gathered.bytes.toString(), 'abcxyz');
  assert.equal(piece.toString(), 'abcdef');
});

test('it takes at most twice the memory of what it holds, however small the pieces', () => {
  const gathered = new GrowingBuffer();
  for (let n = 0; n < 100_000; n++) gathered.add(Buffer.of(n % 256));
  assert.equal(gathered.length, 100_000);
  assert.ok(gathered.bytes.buffer.byteLength <= 200_000);
});
