import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { isFinished, type JobRecord, JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { hepastageWith } from '../helpers/command.ts';
import { phantomStudy, runToEnd } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';

const studies = 40;
const lookEveryMs = 250;

/** Of what `hepastage queue` prints. */
interface Overview {
  readonly queues: readonly { readonly name: string; readonly workers: readonly unknown[] }[];
  readonly serviceTimes: readonly { readonly attempts: number }[];
}

/** What a job said of itself when it was looked at. */
interface Look {
  readonly ahead: number;
  readonly atMs: number;
  readonly finishesMs: number | undefined;
}

test(`${studies} studies on one worker: each moves up, knows when it ends, and forgets it then`, async (context) => {
  await using system = await startSystem();
  await system.startWorker();
  const { client } = system;
  const { t1w, t2w } = phantomStudy('mild');
  const submit = async () => client.submit({ t1w, t2w }, create(StudyMetadataSchema, {}));
  // So that there is something measured.
  for (let n = 0; n < 4; n++) await runToEnd(client, { t1w, t2w });

  const begunMs = Date.now();
  const submitted = await Promise.all(Array.from({ length: studies }, submit));
  const seenByOperator = hepastageWith(system.settings, 'queue', '--json');
  const looks = new Map(submitted.map(({ jobId }) => [jobId, [] as Look[]]));
  const ended = new Map<string, JobRecord>();
  while (ended.size < studies) {
    for (const [jobId, seen] of looks) {
      if (ended.has(jobId)) continue;
      const record = await client.job(jobId);
      if (isFinished(record)) ended.set(jobId, record);
      else if (record.state === JobRecord_State.QUEUED && record.estimate !== undefined)
        seen.push(lookOf(record));
    }
    await delay(lookEveryMs);
  }

  for (const { state, estimate, error } of ended.values()) {
    assert.equal(state, JobRecord_State.SUCCEEDED, error?.message);
    assert.equal(estimate, undefined);
  }
  const { queues, serviceTimes } = JSON.parse((await seenByOperator).stdout) as Overview;
  assert.deepEqual(
    queues.map(({ name, workers }) => [name, workers.length]),
    [
      ['studies', 1],
      ['pacs-pushes', 0],
      // The API sends notices.
      ['webhooks', 1],
    ],
  );
  assert.ok(serviceTimes.some(({ attempts }) => attempts > 0));

  const moved = [...looks.values()].filter((seen) => seen.length > 1);
  assert.ok(moved.length > studies / 4, `only ${moved.length} studies were seen waiting`);
  for (const seen of moved) {
    const places = seen.map(({ ahead }) => ahead);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => b - a),
      'nobody falls back',
    );
  }
  const deepest = Math.max(...[...looks.values()].flat().map(({ ahead }) => ahead));
  assert.ok(deepest >= studies / 2, `${deepest} were before the last`);

  const errors = [...looks].flatMap(([jobId, seen]) => {
    const endMs = timestampMs(ended.get(jobId)!.finishedAt!);
    return seen
      .filter(({ finishesMs }) => finishesMs !== undefined)
      .map(({ atMs, finishesMs }) => (finishesMs! - endMs) / (endMs - atMs));
  });
  assert.ok(errors.length > 0, 'nobody was told when its study would end');
  context.diagnostic(
    `${studies} studies in ${((Date.now() - begunMs) / 1_000).toFixed(1)} s; ${errors.length} estimates of waiting ones: ` +
      `median error ${percent(median(errors))}, median size of the error ${percent(median(errors.map(Math.abs)))} of the time that was left`,
  );
});

function lookOf({ estimate }: JobRecord): Look {
  const { ahead, finishesAt } = estimate!;
  return { ahead, atMs: Date.now(), finishesMs: finishesAt && timestampMs(finishesAt) };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
