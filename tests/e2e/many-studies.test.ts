import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { samplesOf } from '../helpers/metrics.ts';
import { peakResidentBytes } from '../helpers/process-memory.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';

const studies = 50;
/** What eight studies in flight may take, as docs/ARCHITECTURE.md promises: 1 GiB. */
const residentBytesMax = 2 ** 30;

test(`${studies} studies at once on one worker all succeed, in shared batches and bounded memory`, async (context) => {
  await using system = await startSystem();
  // A patient batcher, so that sharing does not hang on which of decoding and encoding is faster on this machine.
  const worker = await system.startWorker({
    HEPASTAGE_BATCH_SLICES_MAX: '24',
    HEPASTAGE_BATCH_DELAY_MS_MAX: '1000',
  });
  const { t1w, t2w } = phantomStudy('mild');
  const submitted = await Promise.all(
    Array.from({ length: studies }, async () =>
      system.client.submit({ t1w, t2w }, create(StudyMetadataSchema, {})),
    ),
  );
  const jobs = await Promise.all(submitted.map(async (job) => follow(system.client, job)));
  assert.deepEqual(new Set(jobs.map(({ state }) => state)), new Set([JobRecord_State.SUCCEEDED]));
  assert.equal(new Set(jobs.map(({ jobId }) => jobId)).size, studies);

  const results = await Promise.all(jobs.map(async ({ jobId }) => system.client.result(jobId)));
  const [first] = results;
  for (const { probabilities } of results) {
    for (const [stage, { probability }] of probabilities.entries()) {
      const expected = first?.probabilities[stage]?.probability ?? Number.NaN;
      assert.ok(
        Math.abs(probability - expected) < 1e-4,
        'a study gets the same answer whoever shares its batch',
      );
    }
  }

  const total = async (name: string) =>
    (await samplesOf(worker.url, name)).reduce((sum, { value }) => sum + value, 0);
  const batches = await total('hepastage_batch_jobs_count');
  const shares = await total('hepastage_batch_jobs_sum');
  assert.ok(shares / batches > 1.2, `${shares} study shares in ${batches} batches: batches are shared`);
  assert.equal(await total('hepastage_jobs_total'), studies);

  const resident = await peakResidentBytes(worker.pid);
  context.diagnostic(
    `${batches} batches, ${(shares / batches).toFixed(2)} studies a batch, peak ${Math.round(resident / 2 ** 20)} MiB`,
  );
  assert.ok(resident < residentBytesMax, `worker peaked at ${resident} bytes resident`);
});
