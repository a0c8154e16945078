import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedCheck } from './shared-check.ts';

const keptMs = 1_000;

/** A check that counts how often it runs, and ends when it is told to. */
function watched() {
  const now = { ms: 0 };
  const running: PromiseWithResolvers<string>[] = [];
  const check = new SharedCheck(
    async () => {
      const run = Promise.withResolvers<string>();
      running.push(run);
      return run.promise;
    },
    { keptMs, clock: () => now.ms },
  );
  return { check, now, running };
}

test('whoever asks while a check runs waits for the same one, however long that takes', async () => {
  const { check, now, running } = watched();
  const first = check.outcome();
  now.ms += 10 * keptMs;
  const second = check.outcome();
  running[0]!.resolve('good');
  assert.deepEqual(await Promise.all([first, second]), ['good', 'good']);
  assert.equal(running.length, 1);
});

test('an outcome stands for its time from its end on, and then there is another check', async () => {
  const { check, now, running } = watched();
  const first = check.outcome();
  now.ms += 5 * keptMs;
  running[0]!.resolve('good');
  await first;
  now.ms += keptMs - 1;
  assert.equal(await check.outcome(), 'good');
  assert.equal(running.length, 1);
  now.ms += 1;
  const again = check.outcome();
  assert.equal(running.length, 2);
  running[1]!.resolve('better');
  assert.equal(await again, 'better');
  assert.equal(await check.outcome(), 'better');
});

test('a failure stands as long, and is passed on to all', async () => {
  const { check, now, running } = watched();
  const asked = [check.outcome(), check.outcome()];
  running[0]!.reject(new Error('away'));
  for (const outcome of asked) await assert.rejects(outcome, /away/);
  await assert.rejects(check.outcome(), /away/);
  assert.equal(running.length, 1);
  now.ms += keptMs;
  const again = check.outcome();
  running[1]!.resolve('back');
  assert.equal(await again, 'back');
});
