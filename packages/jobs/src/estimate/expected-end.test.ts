import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedEndMs, type Standing } from './expected-end.ts';

const nowMs = 1_800_000_000_000;
const serviceMs = 10_000;
const waiting: Standing = { serviceMs, ahead: 0, inHand: 1, queuedMs: nowMs, lastEndMs: nowMs - 60_000 };

/** Seconds from now to the expected end. */
function seconds(standing: Partial<Standing>): number | undefined {
  const endMs = expectedEndMs({ ...waiting, ...standing }, nowMs);
  return endMs === undefined ? undefined : (endMs - nowMs) / 1_000;
}

/** The same of a study that a worker has had for so long, s. */
function begun(elapsed: number): number | undefined {
  return seconds({ begunMs: nowMs - elapsed * 1_000, inHand: 0 });
}

test('a study waits for those before it and half of one in hand, as fast as those in hand leave, and then takes as long as any', () => {
  assert.equal(seconds({ ahead: 0, inHand: 1 }), 5 + 10);
  assert.equal(seconds({ ahead: 3, inHand: 1 }), 35 + 10);
  assert.equal(seconds({ ahead: 3, inHand: 7 }), 5 + 10);
  assert.equal(seconds({ ahead: 999_999, inHand: 100 }), (999_999.5 * 10) / 100 + 10);
});

test('fewer before it, or more in hand, never make it later', () => {
  for (let inHand = 1; inHand <= 20; inHand++) {
    for (let ahead = 1; ahead <= 50; ahead++) {
      assert.ok(seconds({ ahead: ahead - 1, inHand })! < seconds({ ahead, inHand })!);
      assert.ok(seconds({ ahead, inHand: inHand + 1 })! < seconds({ ahead, inHand })!);
    }
  }
});

test('a simulated queue of exponential services agrees on average', () => {
  // A small generator of a fixed seed: the same numbers every time.
  let seed = 42;
  const uniform = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const service = () => -Math.log(uniform()) * serviceMs;
  const servers = 4;
  const ahead = 20;
  const runs = 2_000;
  let sum = 0;
  for (let run = 0; run < runs; run++) {
    const free = Array.from({ length: servers }, service);
    let end = 0;
    for (let study = 0; study <= ahead; study++) {
      const first = free.indexOf(Math.min(...free));
      end = free[first]! + service();
      free[first] = end;
    }
    sum += end;
  }
  const simulated = sum / runs / 1_000;
  const expected = seconds({ ahead, inHand: servers })!;
  assert.ok(Math.abs(simulated / expected - 1) < 0.05, `${simulated} s, expected ${expected} s`);
});

test('what is put off begins when it is due at the earliest', () => {
  assert.equal(seconds({ dueMs: nowMs + 60_000 }), 60 + 10);
  assert.equal(seconds({ dueMs: nowMs + 1_000 }), 5 + 10);
  assert.equal(seconds({ dueMs: nowMs - 60_000, queuedMs: nowMs - 90_000 }), 5 + 10);
});

test('an idle worker takes a study at once; a queue that nobody works on promises nothing', () => {
  assert.equal(seconds({ inHand: 0 }), 10);
  assert.equal(seconds({ inHand: 0, queuedMs: nowMs - 5_000 }), undefined);
  assert.equal(seconds({ inHand: 0, ahead: 1 }), undefined);
});

test('where nothing has ended for long no worker is taken to be there, whatever is new or due', () => {
  const lastEndMs = nowMs - 11 * 60_000;
  assert.equal(seconds({ inHand: 0, lastEndMs }), undefined);
  assert.equal(seconds({ inHand: 0, lastEndMs, dueMs: nowMs + 40_000 }), undefined);
  assert.equal(seconds({ inHand: 1, lastEndMs }), 5 + 10);
});

test('of a study in hand the rest is left, a quarter at least, and nothing can be said of one that hangs', () => {
  assert.equal(begun(0), 10);
  assert.equal(begun(6), 4);
  assert.equal(begun(9), 2.5);
  assert.equal(begun(40), 2.5);
  assert.equal(begun(41), undefined);
});
