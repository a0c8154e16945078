import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { problemOf } from './study-form.ts';

const probes = 200;
/** How long an answer stands, ms. */
const keptMs = 1_000;

/** Asks many times at once, and then once more. Returns the statuses, and how many checks of the store that may have taken at most. */
async function probe({ url }: ApiUnderTest): Promise<{ statuses: Set<number>; checksMax: number }> {
  const begun = performance.now();
  const ask = async () => {
    const response = await fetch(`${url}/readyz`);
    await response.bytes();
    return response.status;
  };
  const statuses = new Set(await Promise.all(Array.from({ length: probes }, ask)));
  statuses.add(await ask());
  return { statuses, checksMax: 1 + Math.floor((performance.now() - begun) / keptMs) };
}

for (const [what, works, status] of [
  ['works', true, 200],
  ['does not', false, 503],
] as const) {
  test(`however many ask whether it is ready, a store that ${what} is checked once a second at most`, async () => {
    await using api = await startApi();
    const { store } = api.deps;
    const check = store.check.bind(store);
    let checks = 0;
    // The store stays what it is: who checks it is counted.
    store.check = async () => {
      checks += 1;
      if (!works) throw new Error('away');
      await check();
    };
    const { statuses, checksMax } = await probe(api);
    assert.deepEqual([...statuses], [status]);
    assert.ok(checks >= 1 && checks <= checksMax, `${checks} checks, at most ${checksMax}`);
  });
}

test('a balancer keeps a replica whose stores are away, and lets one go that begins to stop', async () => {
  await using api = await startApi();
  api.deps.store.check = async () => {
    throw new Error('away');
  };
  const statuses = async () =>
    Promise.all(
      ['/readyz', '/readyz?exclude=stores'].map(async (path) => (await fetch(`${api.url}${path}`)).status),
    );
  assert.deepEqual(await statuses(), [503, 200]);
  api.deps.lifecycle.stop();
  assert.deepEqual(await statuses(), [503, 503]);
  assert.equal((await fetch(`${api.url}/readyz?exclude=store`)).status, 400);
});

test('a service that begins to stop is not ready at once, whatever it said before', async () => {
  await using api = await startApi();
  assert.equal((await fetch(`${api.url}/readyz`)).status, 200);
  api.deps.lifecycle.stop();
  const response = await fetch(`${api.url}/readyz`);
  assert.equal(response.status, 503);
  assert.match((await problemOf(response)).detail, /stopping/);
});
