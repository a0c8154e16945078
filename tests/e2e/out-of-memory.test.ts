import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { hungryModel } from '../helpers/hungry-model.ts';
import { samplesOf } from '../helpers/metrics.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';

test(
  'a worker whose batches do not fit into memory stages with smaller ones, and its metrics say so',
  { timeout: 120_000 },
  async () => {
    await using opened = new AsyncDisposableStack();
    const system = opened.use(await startSystem());
    const model = opened.use(await hungryModel({ rows: 3 }));
    const worker = await system.startWorker({
      HEPASTAGE_MODEL: model.path,
      HEPASTAGE_BATCH_SLICES_MAX: '8',
    });
    const bySequence = async (name: string) =>
      Object.fromEntries(
        (await samplesOf(worker.url, name)).map(({ labels, value }) => [labels['sequence'], value]),
      );
    assert.deepEqual(await bySequence('hepastage_batch_slices_limit'), { T1W: 8, T2W: 8 });
    assert.deepEqual(await bySequence('hepastage_out_of_memory_total'), { T1W: 0, T2W: 0 });

    const { t1w, t2w } = phantomStudy('mild');
    const job = await system.client.submit({ t1w, t2w }, create(StudyMetadataSchema, {}));
    assert.equal((await follow(system.client, job)).state, JobRecord_State.SUCCEEDED);

    const limits = await bySequence('hepastage_batch_slices_limit');
    assert.ok(limits['T1W']! <= 3, `${limits['T1W']} slices a batch, where 3 fit`);
    assert.equal(limits['T2W'], 8, 'the other encoder has memory');
    const { T1W = 0, T2W } = await bySequence('hepastage_out_of_memory_total');
    assert.ok(T1W > 0);
    assert.equal(T2W, 0);
    assert.match(worker.log(), /"msg":"out of memory: batches are smaller until this worker starts again"/);
  },
);
