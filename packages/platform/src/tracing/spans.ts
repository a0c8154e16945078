import {
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { HepastageError } from '@hepastage/proto';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

/** Starts a span below another, or below the one that a traceparent names. Where it names none, the span begins a trace. */
export function startSpan(
  tracer: Tracer,
  name: string,
  { below, ...options }: SpanOptions & { readonly below: Span | string },
): Span {
  return tracer.startSpan(name, options, contextOf(below));
}

function contextOf(below: Span | string): Context {
  if (typeof below !== 'string') return trace.setSpan(ROOT_CONTEXT, below);
  const parent = parseTraceparent(below);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

/** What names the span to those who work on below it; empty where there is no trace. */
export function traceparentOf(span: Span): string {
  return formatTraceparent(span.spanContext());
}

/** The trace that a span is of; undefined where there is none. */
export function traceIdOf(span: Span): string | undefined {
  const context = span.spanContext();
  return isSpanContextValid(context) ? context.traceId : undefined;
}

/** What log lines say of the trace that a traceparent is of: nothing where there is none. */
export function traceFields(traceparent: string): { readonly traceId?: string } {
  const traceId = parseTraceparent(traceparent)?.traceId;
  return traceId === undefined ? {} : { traceId };
}

/** Says that what the span stands for has failed: the code alone, as a message may quote. Through no fault of whoever asked it is an error of the service. */
export function markFailed(span: Span, error: unknown): void {
  const { codeName, httpStatus } = HepastageError.from(error);
  span.setAttribute('error.type', codeName);
  if (httpStatus >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The span of `work`, which fails with it. */
export async function during<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}
