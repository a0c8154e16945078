import { timestampMs } from '@bufbuild/protobuf/wkt';
import {
  enumName,
  Finding_SeveritySchema,
  SequenceSchema,
  StudyMetadata_PrioritySchema,
  type StudyRequest,
} from '@hepastage/proto';
import type { Logger } from '@hepastage/platform';
import type { WorkerMetrics } from './metrics.ts';
import type { OpinionEvent, StagedStudy } from '@hepastage/staging';
import type { Outcome } from './run-study.ts';

/** The wait from acceptance to the moment that a worker takes the study. */
export function recordWait({ createdAt, metadata }: StudyRequest, metrics: WorkerMetrics): void {
  if (createdAt === undefined) return;
  const priority = enumName(StudyMetadata_PrioritySchema, metadata?.priority ?? 0).toLowerCase();
  metrics.queueWait.observe({ priority }, Math.max(0, Date.now() - timestampMs(createdAt)) / 1_000);
}

/** One log line and the metrics of an attempt. */
export function recordOutcome(
  { jobId }: StudyRequest,
  outcome: Outcome,
  {
    seconds,
    modelVersion,
    metrics,
    logger,
  }: { seconds: number; modelVersion: string; metrics: WorkerMetrics; logger: Logger },
): void {
  const reason = 'error' in outcome ? outcome.error.codeName : '';
  metrics.jobs.inc({ outcome: outcome.kind, reason });
  if (outcome.kind === 'failed' && outcome.error.retryable) metrics.deadLetters.inc({ code: reason });
  metrics.jobDuration.observe({ outcome: outcome.kind, model_version: modelVersion }, seconds);
  const line = { jobId, outcome: outcome.kind, seconds };
  if ('error' in outcome) logger.warn({ ...line, err: outcome.error }, 'study');
  else logger.info(line, 'study');
  if (outcome.kind === 'succeeded') recordResult(outcome, modelVersion, metrics);
}

/** A second opinion, or why it is missing: a fault of ours is a log line of its own, for the study goes on without a word. */
export function recordOpinion(
  jobId: string,
  event: OpinionEvent,
  { metrics, logger }: { metrics: WorkerMetrics; logger: Logger },
): void {
  const reason = 'error' in event ? event.error.codeName : '';
  metrics.opinions.inc({ outcome: event.outcome, reason });
  if (event.outcome === 'failed')
    logger.error({ jobId, from: event.from, err: event.error }, 'second opinion missing');
}

function recordResult(
  { result: { perSequence, quality, stage }, timings }: StagedStudy,
  modelVersion: string,
  metrics: WorkerMetrics,
): void {
  for (const { step, seconds } of timings) metrics.stepDuration.observe({ step }, seconds);
  for (const { code, severity } of quality) {
    metrics.findings.inc({ code, severity: enumName(Finding_SeveritySchema, severity) });
  }
  const sequence = perSequence.map((one) => enumName(SequenceSchema, one.sequence)).join('+');
  metrics.predictions.inc({ stage, sequence, model_version: modelVersion });
}
