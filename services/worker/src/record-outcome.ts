import { timestampMs } from '@bufbuild/protobuf/wkt';
import { StudyMetadata_Priority, type StudyRequest } from '@hepastage/proto';
import type { Logger } from '@hepastage/platform';
import type { WorkerMetrics } from './metrics.ts';
import { recordResult } from './record-result.ts';
import type { OpinionEvent } from '@hepastage/staging';
import type { Outcome } from './run-study.ts';

/** The wait from acceptance to the moment that a worker takes the study. */
export function recordWait(request: StudyRequest, metrics: WorkerMetrics): void {
  const seconds = secondsSinceAcceptance(request);
  if (seconds !== undefined) metrics.queueWait.observe({ priority: priorityOf(request) }, seconds);
}

/** One log line and the metrics of an attempt. */
export function recordOutcome(
  request: StudyRequest,
  outcome: Outcome,
  {
    seconds,
    modelVersion,
    metrics,
    logger,
  }: { seconds: number; modelVersion: string; metrics: WorkerMetrics; logger: Logger },
): void {
  const { jobId } = request;
  const reason = 'error' in outcome ? outcome.error.codeName : '';
  metrics.jobs.inc({ outcome: outcome.kind, reason });
  if (outcome.kind === 'failed' && outcome.error.retryable) metrics.deadLetters.inc({ code: reason });
  if (outcome.kind === 'succeeded' || outcome.kind === 'failed') recordEnd(request, outcome.kind, metrics);
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

/** The whole time of a job, however many attempts it took. */
function recordEnd(request: StudyRequest, outcome: 'succeeded' | 'failed', metrics: WorkerMetrics): void {
  const seconds = secondsSinceAcceptance(request);
  if (seconds !== undefined)
    metrics.timeToResult.observe({ priority: priorityOf(request), outcome }, seconds);
}

/** By the clocks of two machines: not below 0. */
export function secondsSinceAcceptance({ createdAt }: StudyRequest): number | undefined {
  return createdAt && Math.max(0, Date.now() - timestampMs(createdAt)) / 1_000;
}

/** As the queue sees it. */
function priorityOf({ metadata }: StudyRequest): 'routine' | 'stat' {
  return metadata?.priority === StudyMetadata_Priority.STAT ? 'stat' : 'routine';
}
