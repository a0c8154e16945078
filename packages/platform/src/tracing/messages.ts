import { type Attributes, type Span, SpanKind, type Tracer } from '@opentelemetry/api';
import { startSpan } from './spans.ts';

/** What a queue carries of a job. */
export interface TracedJob {
  readonly jobId: string;
  /** The span that what is done for it belongs below. */
  readonly traceparent?: string;
}

/** A span in which a job is put into a queue: it is done before a worker has it. */
export function sendingSpan(tracer: Tracer, queue: string, jobId: string, below: Span): Span {
  const attributes = attributesOf(queue, 'send', jobId);
  return startSpan(tracer, `send ${queue}`, { below, kind: SpanKind.PRODUCER, attributes });
}

/**
 * A span in which an entry of a queue is worked on, below the one that it names. A child of that and not only linked to it, because an entry is one job: its trace tells of all that was done for it, several
 * tries side by side (OpenTelemetry's conventions for messaging leave the choice). `startTime`: where it has begun before, ms since 1970.
 */
export function processingSpan(
  tracer: Tracer,
  queue: string,
  { jobId, traceparent = '' }: TracedJob,
  startTime = Date.now(),
): Span {
  return startSpan(tracer, `process ${queue}`, {
    below: traceparent,
    kind: SpanKind.CONSUMER,
    attributes: { ...attributesOf(queue, 'process', jobId), 'hepastage.job.id': jobId },
    startTime,
  });
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ */
function attributesOf(queue: string, operation: 'send' | 'process', jobId: string): Attributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.destination.name': queue,
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.message.id': jobId,
  };
}
