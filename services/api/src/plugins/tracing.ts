import {
  type Logger,
  type Span,
  SpanKind,
  SpanStatusCode,
  startSpan,
  traceIdOf,
  type Tracer,
  untraced,
} from '@hepastage/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyRequest {
    /** What is done for the request belongs below it. */
    span: Span;
  }
}

/** Asked every few seconds, and of no interest to anybody who follows a study. */
const untold: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** Methods that OpenTelemetry knows (RFC 9110, RFC 5789): others are `_OTHER`. */
const methods: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
]);

/**
 * A span for each request, below the one that the client's `traceparent` names, and its trace in the request's log lines. It says what OpenTelemetry's conventions for HTTP servers
 * want, but no URL, query, header or address: a study's UID or a reference may be in them.
 */
export const tracing = plugin<{ readonly tracer: Tracer }>(
  async (app, { tracer }) => {
    app.decorateRequest('span');
    app.addHook('onRequest', async (request, reply) => {
      request.span = spanOf(request, tracer);
      const traceId = traceIdOf(request.span);
      // A child of its own would take as long as all the rest.
      if (traceId !== undefined) (request.log as Logger).setBindings({ traceId });
      // An answer that nobody takes is never sent to its end.
      reply.raw.once('close', () => endSpan(request.span, reply));
    });
  },
  { name: 'tracing', fastify: '5.x' },
);

function spanOf(
  { method, routeOptions: { url: route }, protocol, headers }: FastifyRequest,
  tracer: Tracer,
): Span {
  const { traceparent } = headers;
  const isTold = route === undefined || !untold.has(route);
  const known = methods.has(method);
  return startSpan(isTold ? tracer : untraced, [known ? method : 'HTTP', route].filter(Boolean).join(' '), {
    below: typeof traceparent === 'string' ? traceparent : '',
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': known ? method : '_OTHER',
      'url.scheme': protocol,
      ...(route !== undefined && { 'http.route': route }),
    },
  });
}

function endSpan(span: Span, { raw, statusCode }: FastifyReply): void {
  if (raw.headersSent) span.setAttribute('http.response.status_code', statusCode);
  if (raw.headersSent && statusCode >= 500) {
    span.setAttribute('error.type', String(statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  } else if (!raw.writableFinished) span.setAttribute('error.type', 'CLIENT_GONE');
  span.end();
}
