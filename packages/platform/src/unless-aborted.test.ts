import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlessAborted } from './unless-aborted.ts';

const reason = new Error('stopped');
const never = new Promise<never>(() => undefined);

test('a step that ends gives what it gives, or throws what it throws', async () => {
  const { signal } = new AbortController();
  assert.equal(await unlessAborted(Promise.resolve(1), signal), 1);
  await assert.rejects(unlessAborted(Promise.reject(new Error('broken')), signal), /broken/);
});

test('a step that does not end is left as soon as the signal aborts, or at once if it has', async () => {
  const controller = new AbortController();
  const left = unlessAborted(never, controller.signal);
  controller.abort(reason);
  await assert.rejects(left, reason);
  await assert.rejects(unlessAborted(never, controller.signal), reason);
});

test('a step that fails after it was left fails unheard', async () => {
  const step = Promise.withResolvers<never>();
  await assert.rejects(unlessAborted(step.promise, AbortSignal.abort(reason)), reason);
  step.reject(new Error('later'));
  // An unhandled rejection would fail the test.
  await new Promise((resolve) => setImmediate(resolve));
});
