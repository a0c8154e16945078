import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { installPrometheus } from '../helpers/install-prometheus.ts';
import { runProgram } from '../helpers/run-program.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { ofKind } from './kubernetes/objects.ts';
import { renderOverlay } from './kubernetes/render.ts';

const { promtool } = await installPrometheus();
const [scaledObject] = ofKind(await renderOverlay('cpu'), 'ScaledObject');
const query = scaledObject?.spec.triggers[0]?.metadata['query'] ?? '';

/** Jobs of one queue by state. What is not named is 0, as the APIs have it. */
type Jobs = Readonly<Record<string, number>>;

/** [what is asked of the workers, queue of studies, queue of pushes, the demand that KEDA sees] */
const demands: readonly (readonly [string, Jobs, Jobs, number])[] = [
  ['nothing', {}, {}, 0],
  ['studies that wait', { waiting: 3 }, {}, 3],
  ['urgent studies alone', { prioritized: 2 }, {}, 2],
  ['a last study that is being staged', { active: 1 }, {}, 1],
  ['a study that is to be tried again', { delayed: 1 }, {}, 1],
  ['studies that have failed, and are over', { failed: 40 }, {}, 0],
  ['everything at once', { waiting: 5, prioritized: 4, active: 3, delayed: 2, failed: 1 }, {}, 14],
  ['many pushes to a PACS, which go one by one', {}, { waiting: 30, active: 1 }, 1],
  ['a push that is to be tried again', {}, { delayed: 1 }, 1],
  ['studies and pushes', { waiting: 7 }, { waiting: 30 }, 8],
];

for (const [what, studies, pushes, demand] of demands) {
  test(`KEDA is told of ${what}, once, whichever API says so`, async () => {
    const series = ['10.0.0.1:9101', '10.0.0.2:9101'].flatMap((instance) => [
      ...seriesOf(instance, 'studies', studies),
      ...seriesOf(instance, 'pacs-pushes', pushes),
      ...seriesOf(instance, 'webhooks', { waiting: 9 }),
    ]);
    await answers(series, [{ labels: '{}', value: demand }]);
  });
}

test('KEDA is told nothing, which is not 0, where no API knows', async () => answers([], []));

test('KEDA is told nothing where only other namespaces have something to say', async () =>
  answers(seriesOf('10.0.0.1:9101', 'studies', { waiting: 1 }, 'other'), []));

test('the query of another test would be found wrong', async () => {
  await assert.rejects(
    answers(seriesOf('10.0.0.1:9101', 'studies', { waiting: 1 }), [{ labels: '{}', value: 7 }]),
  );
});

interface Series {
  readonly series: string;
  readonly values: string;
}

function seriesOf(instance: string, queue: string, jobs: Jobs, namespace = 'hepastage'): Series[] {
  return ['waiting', 'prioritized', 'active', 'delayed', 'failed'].map((state) => ({
    series: `hepastage_queue_jobs{job="hepastage-api", namespace="${namespace}", instance="${instance}", queue="${queue}", state="${state}"}`,
    values: String(jobs[state] ?? 0),
  }));
}

/** Asks a real Prometheus' engine. Throws if it answers something else. */
async function answers(series: readonly Series[], samples: readonly object[]): Promise<void> {
  await using folder = await temporaryDirectory('promtool');
  const file = join(folder.path, 'query.test.yml');
  const expectation = { expr: query, eval_time: '0m', exp_samples: samples };
  const tests = [{ interval: '1m', input_series: series, promql_expr_test: [expectation] }];
  await writeFile(file, stringify({ rule_files: [], tests }));
  assert.match(await runProgram(promtool, ['test', 'rules', file]), /SUCCESS/);
}
