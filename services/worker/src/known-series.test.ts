import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { createRegistry } from '@hepastage/platform';
import { ModelManifestSchema, Sequence } from '@hepastage/proto';
import { beginSeries } from './known-series.ts';
import { createWorkerMetrics } from './metrics.ts';

/** The labels with which `name` is scraped, all of them at 0, once a model is loaded. */
async function begun(sequences: readonly Sequence[], name: string): Promise<string[]> {
  const registry = createRegistry('test');
  const manifest = create(ModelManifestSchema, {
    stages: ['mild', 'severe'],
    sequences: sequences.map((sequence) => ({ sequence })),
    distribution: { thresholds: sequences.map((sequence) => ({ sequence, threshold: 1 })) },
    warnings: ['MODEL_NOT_CLINICALLY_VALIDATED'],
  });
  beginSeries({ manifest, name: 'made@1.0.0' }, createWorkerMetrics(registry));
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
  for (const line of lines) assert.match(line, / 0$/);
  return lines.map((line) =>
    [...line.matchAll(/(\w+)="([^"]*)"/g)]
      .filter(([, label]) => label !== 'service' && label !== 'model_version')
      .map(([, , value]) => value)
      .join(' '),
  );
}

const both = [Sequence.T2W, Sequence.T1W];

test('every stage that a model can give to every input that it reads begins at 0', async () => {
  assert.deepEqual(await begun(both, 'hepastage_predictions_total'), [
    'mild T1W',
    'mild T2W',
    'mild T1W+T2W',
    'severe T1W',
    'severe T2W',
    'severe T1W+T2W',
  ]);
  assert.deepEqual(await begun([Sequence.T2W], 'hepastage_predictions_total'), ['mild T2W', 'severe T2W']);
});

test('so do the histograms of what is said of its results', async () => {
  assert.deepEqual(await begun(both, 'hepastage_stage_set_size_count'), ['']);
  assert.deepEqual(await begun(both, 'hepastage_sequence_disagreement_count'), ['']);
  assert.deepEqual(await begun(both, 'hepastage_input_distance_ratio_count'), ['T2W', 'T1W']);
  assert.ok(
    (await begun(both, 'hepastage_result_warnings_total')).includes('MODEL_NOT_CLINICALLY_VALIDATED'),
  );
});

test('a model of one sequence has no series of two that differ', async () => {
  assert.deepEqual(await begun([Sequence.T1W], 'hepastage_sequence_disagreement_count'), []);
});

test('so does how attempts end, where no reason is needed', async () => {
  assert.deepEqual(await begun(both, 'hepastage_jobs_total'), ['succeeded ', 'dropped ']);
  assert.deepEqual(await begun(both, 'hepastage_job_duration_seconds_count'), [
    'succeeded',
    'failed',
    'returned',
    'dropped',
  ]);
});
