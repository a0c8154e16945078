import { enumName, Finding_SeveritySchema, SequenceSchema, type StagingResult } from '@hepastage/proto';
import { inputName, type StagedStudy } from '@hepastage/staging';
import type { WorkerMetrics } from './metrics.ts';

/** What a result says of the model and its data, in figures: how long its steps took, what was found, how sure the model is, and how strange the images are to it. */
export function recordResult(
  { result, timings }: StagedStudy,
  modelVersion: string,
  metrics: WorkerMetrics,
): void {
  for (const { step, seconds } of timings) metrics.stepDuration.observe({ step }, seconds);
  for (const { code, severity } of result.quality)
    metrics.findings.inc({ code, severity: enumName(Finding_SeveritySchema, severity) });
  for (const { code } of result.warnings) metrics.resultWarnings.inc({ code });
  recordAnswer(result, modelVersion, metrics);
  recordDistances(result, modelVersion, metrics);
}

function recordAnswer(
  { perSequence, stage, stageSet, disagreement }: StagingResult,
  modelVersion: string,
  metrics: WorkerMetrics,
): void {
  const model = { model_version: modelVersion };
  const sequence = inputName(perSequence.map((one) => one.sequence));
  metrics.predictions.inc({ stage, sequence, ...model });
  metrics.stageSetSize.observe(model, stageSet.length);
  if (disagreement !== undefined) metrics.sequenceDisagreement.observe(model, disagreement);
}

/** Distances are on a scale of their model's, so that only a share of its own limit can be compared. */
function recordDistances(
  { perSequence }: StagingResult,
  modelVersion: string,
  { inputDistance }: WorkerMetrics,
): void {
  for (const { sequence, distance, distanceUsualMax } of perSequence) {
    if (distance === undefined || distanceUsualMax === undefined) continue;
    const labels = { sequence: enumName(SequenceSchema, sequence), model_version: modelVersion };
    inputDistance.observe(labels, distance / distanceUsualMax);
  }
}
