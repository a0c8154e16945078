import { isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api';

/** Version 00 has four fields and no more; what later versions have more stands behind them. https://www.w3.org/TR/trace-context/#traceparent-header */
const pattern = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The span that a `traceparent` names, wherever it was made; undefined for anything else. Of its flags only whether it is sampled is kept. */
export function parseTraceparent(text: string): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] = pattern.exec(text) ?? [];
  if (version === undefined || (version === '00' && rest !== undefined)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const context = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}

/** What names a span to others; empty for one that belongs to no trace. */
export function formatTraceparent(context: SpanContext): string {
  if (!isSpanContextValid(context)) return '';
  const flags = (context.traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
  return `00-${context.traceId}-${context.spanId}-${flags}`;
}
