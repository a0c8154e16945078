import { enumName, type ModelManifest, SequenceSchema } from '@hepastage/proto';
import { inputName, type StagingModel } from '@hepastage/staging';
import type { WorkerMetrics } from './metrics.ts';

/** What attempts end with; each has its own time. */
const outcomes = ['succeeded', 'failed', 'returned', 'dropped'] as const;

/** Begins at 0 what is known to come once the model is: of a series that is first seen with its first events these are never an increase, and a worker that was started for a few studies ends with most of them unseen. */
export function beginSeries(
  { manifest, name }: Pick<StagingModel, 'manifest' | 'name'>,
  metrics: WorkerMetrics,
): void {
  const model = { model_version: name };
  // Those that end otherwise do so for a reason, and there are too many reasons.
  for (const outcome of ['succeeded', 'dropped'] as const) metrics.jobs.inc({ outcome, reason: '' }, 0);
  for (const outcome of outcomes) metrics.jobDuration.zero({ outcome, ...model });
  const inputs = inputsOf(manifest);
  for (const stage of manifest.stages)
    for (const sequence of inputs) metrics.predictions.inc({ stage, sequence, ...model }, 0);
  metrics.stageSetSize.zero(model);
  if (manifest.sequences.length > 1) metrics.sequenceDisagreement.zero(model);
  for (const { sequence } of manifest.distribution?.thresholds ?? [])
    metrics.inputDistance.zero({ sequence: enumName(SequenceSchema, sequence), ...model });
  for (const code of manifest.warnings) metrics.resultWarnings.inc({ code }, 0);
}

/** Each sequence that the model reads alone, and all together. */
function inputsOf({ sequences }: ModelManifest): string[] {
  const ordered = sequences.map(({ sequence }) => sequence).toSorted((one, other) => one - other);
  return [...new Set([...ordered.map((one) => inputName([one])), inputName(ordered)])];
}
