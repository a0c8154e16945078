import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FreshValue } from './fresh-value.ts';

/** A value that counts how often it was read, on a clock that the test sets. */
function counting(refreshSeconds = 10, staleSecondsMax = 60) {
  const state = { ms: 0, reads: 0, away: false, troubles: 0 };
  const value = new FreshValue(
    async () => {
      state.reads += 1;
      if (state.away) throw new Error('the store is away');
      return state.reads;
    },
    {
      refreshSeconds,
      staleSecondsMax,
      onTrouble: () => (state.troubles += 1),
      clock: () => state.ms,
    },
  );
  return { value, state };
}

test('many who ask at once cause one reading', async () => {
  const { value, state } = counting();
  const got = await Promise.all(Array.from({ length: 50 }, async () => value.get()));
  assert.deepEqual(new Set(got), new Set([1]));
  assert.equal(state.reads, 1);
});

test('it is read in the background from half of its time on, and never used for longer than the whole', async () => {
  const { value, state } = counting();
  assert.equal(await value.get(), 1);
  state.ms = 5_000;
  assert.equal(await value.get(), 1);
  assert.equal(state.reads, 1);
  state.ms = 6_000;
  assert.equal(await value.get(), 1);
  await nextTurn();
  assert.equal(await value.get(), 2);
  state.ms = 16_001;
  assert.equal(await value.get(), 3);
});

test('however often a younger value is asked for, it is read once a second', async () => {
  const { value, state } = counting();
  await value.get();
  for (let ms = 0; ms < 3_000; ms += 10) {
    state.ms = ms;
    await value.get(1);
  }
  assert.ok(state.reads <= 4, `read ${state.reads} times`);
});

test('while it can’t be read the last one is used, until that is too old', async () => {
  const { value, state } = counting();
  await value.get();
  state.away = true;
  state.ms = 60_000;
  assert.equal(await value.get(), 1);
  assert.equal(state.troubles, 1);
  state.ms = 60_001;
  await assert.rejects(value.get(), /the store is away/);
  state.away = false;
  state.ms = 61_000;
  assert.equal(await value.get(), 3);
});

test('whoever needs a younger one is told why there is none', async () => {
  const { value, state } = counting();
  await value.get();
  state.away = true;
  state.ms = 3_000;
  await assert.rejects(value.getFresh(2), /the store is away/);
  assert.equal(await value.getFresh(3), 1);
  assert.equal(await value.get(2), 1);
  state.away = false;
  state.ms = 4_000;
  assert.equal(await value.getFresh(2), 3);
});

test('it is used for its time, even if it may be no older while it can’t be read', async () => {
  const { value, state } = counting(60, 10);
  assert.equal(await value.get(), 1);
  state.ms = 20_000;
  assert.equal(await value.get(), 1);
});

test('what could never be read is tried once a second, and everyone is told why', async () => {
  const { value, state } = counting();
  state.away = true;
  for (let n = 0; n < 5; n++) await assert.rejects(value.get(), /the store is away/);
  assert.equal(state.reads, 1);
  state.away = false;
  state.ms = 1_000;
  assert.equal(await value.get(), 2);
});

test('a store that does not answer holds nobody up for long', async () => {
  const never = Promise.withResolvers<number>();
  const value = new FreshValue(async () => never.promise, {
    refreshSeconds: 1,
    staleSecondsMax: 1,
    onTrouble: () => undefined,
  });
  // What is waited for keeps no process alive: this does.
  const awake = setInterval(() => undefined, 1_000);
  const begun = performance.now();
  await assert.rejects(value.get(), { codeName: 'STORE_UNAVAILABLE' });
  // Whoever comes later does not wait for the same attempt anew.
  await assert.rejects(value.get(), { codeName: 'STORE_UNAVAILABLE' });
  assert.ok(performance.now() - begun < 3_000);
  never.resolve(7);
  await nextTurn();
  assert.equal(await value.get(), 7);
  clearInterval(awake);
});
