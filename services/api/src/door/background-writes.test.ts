import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { BackgroundWrites } from './background-writes.ts';

/** Writes that end when the test says so. */
function heldWrites() {
  const held: PromiseWithResolvers<void>[] = [];
  const write = async () => {
    const ending = Promise.withResolvers<void>();
    held.push(ending);
    await ending.promise;
  };
  return { held, write };
}

test('so many run at once, and no more', async () => {
  const writes = new BackgroundWrites(2);
  const { held, write } = heldWrites();
  await writes.add(write);
  await writes.add(write);
  const third = writes.add(write);
  await turn();
  assert.equal(held.length, 2);
  held[1]!.resolve();
  await third;
  assert.equal(held.length, 3);
  held[0]!.resolve();
  held[2]!.resolve();
  await writes.settled();
});

test('the first failure is thrown by whatever is called next, again and again', async () => {
  const writes = new BackgroundWrites(2);
  const first = new Error('first');
  await writes.add(async () => Promise.reject(first));
  await writes.add(async () => Promise.reject(new Error('second'))).catch(() => undefined);
  await turn();
  let begun = false;
  await assert.rejects(
    writes.add(async () => {
      begun = true;
    }),
    (error) => error === first,
  );
  assert.equal(begun, false);
  await assert.rejects(writes.settled(), (error) => error === first);
});

test('a failure while waiting for room keeps the next write from beginning', async () => {
  const writes = new BackgroundWrites(1);
  const { held, write } = heldWrites();
  await writes.add(write);
  let begun = false;
  const next = writes.add(async () => {
    begun = true;
  });
  held[0]!.reject(new Error('full'));
  await assert.rejects(next, /full/);
  assert.equal(begun, false);
});

test('once ended, none is running, however they ended', async () => {
  const writes = new BackgroundWrites(3);
  const { held, write } = heldWrites();
  for (let n = 0; n < 3; n++) await writes.add(write);
  let ended = false;
  const watch = async () => {
    await writes.ended();
    ended = true;
  };
  const ending = watch();
  held[0]!.reject(new Error('failed'));
  held[1]!.resolve();
  await turn();
  assert.equal(ended, false);
  held[2]!.resolve();
  await ending;
  await writes.ended();
});
