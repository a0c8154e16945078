import { markFailed, noticeQueueName, processingSpan, type Tracer } from '@hepastage/platform';
import type { NoticedJob, SendingEvent } from '@hepastage/webhooks';

/** The span of one try of a notice, once it has ended. Where it went is not in it. */
export function recordSending(
  job: NoticedJob,
  event: SendingEvent,
  { begun, tracer }: { readonly begun: number; readonly tracer: Tracer },
): void {
  // Nothing was tried.
  if (event.kind === 'none' || event.kind === 'given-up') return;
  const span = processingSpan(tracer, noticeQueueName, job, begun);
  span.setAttribute('hepastage.outcome', event.kind);
  if ('status' in event && event.status !== undefined)
    span.setAttribute('http.response.status_code', event.status);
  if ('reason' in event) span.setAttribute('error.type', event.reason);
  if (event.kind === 'hindered') markFailed(span, event.error);
  span.end();
}
