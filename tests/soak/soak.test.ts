import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSoak } from './run-soak.ts';

const studies = 160;
const kept = 10;

test(`after ${studies} studies nothing is there but what is kept, and no descriptor has been lost`, async () => {
  const { readings, leftovers } = await runSoak({ studies, every: 40, workers: 1, kept });
  assert.deepEqual(leftovers, []);
  const [, second, third, last] = readings;
  assert.equal(last?.studies, studies);
  // A leak would take one a study; connections that wait for the next request come and go.
  const margin = 20;
  for (const measure of ['API descriptors', 'workers descriptors'] as const) {
    const [from, to] = [Math.max(second![measure], third![measure]), last[measure]];
    assert.ok(to <= from + margin, `${measure}: ${from}, then ${to}`);
  }
  assert.ok(last['Redis keys'] <= second!['Redis keys'] + 2 * kept, 'keys do not pile up');
});
