import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ByteGate } from './byte-gate.ts';

/** Has work of these sizes done, piece by piece as the test says. */
function begin(gate: ByteGate, sizes: readonly number[]) {
  const running = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const all = sizes.map(async (bytes, name) =>
    gate.during(bytes, async () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      running.set(name, { resolve, reject });
      await promise.finally(() => running.delete(name));
      return name;
    }),
  );
  return {
    all,
    running: async () => {
      await turn();
      return [...running.keys()];
    },
    end: (name: number, error?: Error) =>
      error === undefined ? running.get(name)?.resolve() : running.get(name)?.reject(error),
  };
}

test('as much goes on as fits, and nothing overtakes', async () => {
  const { all, running, end } = begin(new ByteGate(10), [4, 6, 5, 1]);
  assert.deepEqual(await running(), [0, 1]);
  end(0);
  assert.deepEqual(await running(), [1], 'the small one waits behind the larger');
  end(1);
  assert.deepEqual(await running(), [2, 3]);
  end(3);
  end(2);
  assert.deepEqual(await Promise.all(all), [0, 1, 2, 3]);
});

test('what holds more than all may goes on alone, and makes room even if it fails', async () => {
  const { all, running, end } = begin(new ByteGate(10), [3, 99, 1]);
  assert.deepEqual(await running(), [0]);
  end(0);
  assert.deepEqual(await running(), [1]);
  end(1, new Error('no'));
  await assert.rejects(all[1]!, { message: 'no' });
  assert.deepEqual(await running(), [2]);
  end(2);
  assert.equal(await all[2], 2);
});
