import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** As long as a machine that is busy may need: who waits in vain has failed anyway. */
const waitMsMax = 30_000;
const pollMs = 20;

/** Asserts that `read` gives `expected` at last: for what happens after the client has gone, and nobody is told of. */
export async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  const deadline = performance.now() + waitMsMax;
  for (;;) {
    const actual = await read();
    try {
      assert.deepEqual(actual, expected);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(pollMs);
  }
}
