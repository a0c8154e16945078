import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconcileJob } from '@hepastage/jobs';
import { JobRecord_State } from '@hepastage/proto';
import { startApi, tenant } from '../api/api-under-test.ts';
import { submit } from '../api/worker-stand-in.ts';

const times = { orphanMs: 7_200_000, quietMs: 30_000, retentionMs: undefined };

test('a study that is accepted while a listing is gone through is not taken to have lost its request', async () => {
  await using api = await startApi({});
  const jobId = await submit(api);
  // As the listing found it: its file was there, and its request.json still to come.
  const listed = {
    tenant,
    jobId,
    hasRequest: false,
    endedAt: undefined,
    arrivals: [],
    objects: 1,
    newest: new Date(),
  };
  const { verdict } = await reconcileJob({ tenant, jobId }, times, api.deps, { listed });
  assert.equal(verdict, 'none');
  assert.equal((await api.deps.status.get(tenant, jobId))?.record.state, JobRecord_State.QUEUED);
});

test('whoever asks for a job while another has its lost record written anew is told of it, too', async () => {
  await using api = await startApi({});
  const jobId = await submit(api);
  for (let round = 0; round < 5; round++) {
    await api.deps.status.erase(tenant, jobId);
    const askers = Array.from({ length: 20 }, async () => fetch(`${api.url}/v1/jobs/${jobId}`));
    const statuses = (await Promise.all(askers)).map(({ status }) => status);
    assert.deepEqual(new Set(statuses), new Set([200]));
  }
});
