import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../packages/imaging/src/testing/random.ts';
import { EventHeap } from './event-heap.ts';
import { Quantiles } from './quantiles.ts';
import { geometric } from './random.ts';
import { Ring } from './ring.ts';

test('events come in the order of their times, those of one instant as they were planned', () => {
  const random = seededRandom(5);
  const heap = new EventHeap();
  const planned: (readonly [time: number, subject: number])[] = [];
  // More than it has room for at first, and taken while others are added.
  const taken: (readonly [number, number])[] = [];
  for (let n = 0; n < 5_000; n++) {
    const time = Math.floor(random() * 400);
    heap.plan(time, 1, n, 2 * n);
    planned.push([time, n]);
  }
  while (heap.next()) {
    assert.equal(heap.version, 2 * heap.subject);
    taken.push([heap.time, heap.subject]);
  }
  assert.deepEqual(
    taken,
    planned.toSorted(([a, m], [b, n]) => a - b || m - n),
  );
});

test('events that are planned while others are taken come in order, too', () => {
  const random = seededRandom(6);
  const heap = new EventHeap();
  heap.plan(0, 1, 0);
  let [last, count] = [0, 0];
  while (count < 20_000 && heap.next()) {
    assert.ok(heap.time >= last);
    last = heap.time;
    count++;
    for (let n = 0; n < 2 && heap.size < 3_000; n++) heap.plan(last + random(), 1, count);
  }
  assert.equal(count, 20_000);
});

test('a ring is first in, first out, and lets in at the front', () => {
  const ring = new Ring();
  for (let n = 0; n < 1_000; n++) {
    ring.push(n);
    if (n % 3 === 0) ring.shift();
  }
  ring.pushFront(-1);
  assert.equal(ring.shift(), -1);
  assert.equal(ring.peek(), 334);
  for (let n = 334; n < 1_000; n++) assert.equal(ring.shift(), n);
  assert.deepEqual([ring.size, ring.shift()], [0, undefined]);
});

test('quantiles are right to one per cent over seven decades', () => {
  const random = seededRandom(7);
  const quantiles = new Quantiles();
  const values = Array.from({ length: 50_000 }, () => 10 ** (7 * random() - 2));
  for (const value of values) quantiles.add(value);
  values.sort((one, other) => one - other);
  for (const share of [0.01, 0.5, 0.95, 0.999]) {
    const exact = values[Math.ceil(share * values.length) - 1]!;
    assert.ok(Math.abs(quantiles.quantile(share) / exact - 1) < 0.01, `${share}`);
    assert.ok(Math.abs(quantiles.shareWithin(exact) - share) < 0.002, `${share}`);
  }
  assert.equal(quantiles.quantile(1), quantiles.max);
  assert.equal(quantiles.max, values.at(-1));
});

test('batches have the mean size that was asked for', () => {
  const random = seededRandom(8);
  const sizes = Array.from({ length: 50_000 }, () => geometric(random, 20));
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  assert.ok(Math.min(...sizes) === 1 && Math.abs(mean - 20) < 0.5, `${mean}`);
});
