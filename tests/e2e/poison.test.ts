import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { ErrorCode, JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { readEnd } from '@hepastage/jobs';
import { createLogger, openObjectStore, openStatusStore } from '@hepastage/platform';
import { eventually } from '../api/eventually.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';

const innocents = 10;
const deaths = 3;
const workerSettings = {
  HEPASTAGE_LOCK_SECONDS: '2',
  HEPASTAGE_JOBS_IN_FLIGHT: '8',
  HEPASTAGE_STALLED_MAX: String(deaths),
  // Slices wait for company, so that many studies are in hand when the first worker dies.
  HEPASTAGE_BATCH_DELAY_MS_MAX: '500',
  HEPASTAGE_BATCH_SLICES_MAX: '48',
};

/**
 * Without isolation (services/worker/src/isolation.ts that admits every study) this fails: the innocent studies that are taken together with the poison die with it three
 * times, too, and end as JOB_STALLED.
 */
test(
  `a study that kills its worker is given up after ${deaths} deaths, and takes no other with it`,
  { timeout: 240_000 },
  async (context) => {
    await using system = await startSystem();
    const { client } = system;
    const { t1w, t2w } = phantomStudy('mild');
    const submit = async () => client.submit({ t1w, t2w }, create(StudyMetadataSchema, {}));
    // The first in the queue, so that others are taken beside it.
    const poison = await submit();
    const others = await Promise.all(Array.from({ length: innocents }, submit));

    const status = await openStatusStore({
      redisUrl: system.redis.url,
      redisPrefix: system.redis.prefix,
      patience: 'fail-fast',
      logger: createLogger('test', 'silent'),
    });
    await using opened = new AsyncDisposableStack();
    opened.defer(async () => status.close());

    let killed = 0;
    for (; killed < deaths; killed++) {
      const worker = await system.startWorker(workerSettings);
      // The poison: whichever worker begins this study dies of it.
      await untilBegun(killed + 1);
      // The first time it is not known yet: it takes a crowd along.
      if (killed === 0) await eventually(async () => (await running()) >= 4, true);
      const exited = once(worker.process, 'exit');
      worker.kill('SIGKILL');
      await exited;
      context.diagnostic(`death ${killed + 1}, in hand: ${await running()}`);
    }
    await system.startWorker(workerSettings);
    const [ended, ...survivors] = await Promise.all(
      [poison, ...others].map(async (job) => follow(client, job)),
    );
    assert.equal(ended?.state, JobRecord_State.FAILED);
    assert.equal(ended.error?.code, ErrorCode.JOB_STALLED);
    assert.match(ended.error.message, /died 3 times/);
    assert.equal(ended.attempt, deaths);
    assert.deepEqual(
      survivors.map(({ state }) => state),
      survivors.map(() => JobRecord_State.SUCCEEDED),
    );

    const store = openObjectStore({ objectStore: system.settings['HEPASTAGE_OBJECT_STORE']! });
    opened.defer(async () => store.close());
    assert.equal((await readEnd(store, poison))?.state, JobRecord_State.FAILED, 'for good');

    /** Until the `attempt`th attempt at the poison has begun. */
    async function untilBegun(attempt: number): Promise<void> {
      for (;;) {
        const { record, version } = (await status.get(poison.tenant, poison.jobId))!;
        if (record.state === JobRecord_State.RUNNING && record.attempt === attempt) return;
        await status.changed(poison.tenant, poison.jobId, version, 60_000);
      }
    }

    async function running(): Promise<number> {
      const { records } = await status.list(poison.tenant, { states: [JobRecord_State.RUNNING] }, 100);
      return records.length;
    }
  },
);
