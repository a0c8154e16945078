import cors from '@fastify/cors';
import plugin from 'fastify-plugin';

export interface CrossOriginOptions {
  /** Exact origins whose pages may call the API; empty: none. */
  readonly corsOrigins: readonly string[];
}

/** How long a browser may keep the answer to a preflight, s. */
const preflightSeconds = 600;

const requestHeaders =
  'Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, Prefer, Traceparent, X-Request-Id';
const responseHeaders =
  'Location, ETag, Retry-After, Content-Disposition, Link, WWW-Authenticate, X-Request-Id, ' +
  'RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit, RateLimit-Policy';

/** Lets pages of the configured origins call the API (CORS): closed unless there are any. Cookies are never asked for: a page must have a key of its own. */
export const crossOrigin = plugin<CrossOriginOptions>(
  async (app, { corsOrigins }) => {
    if (corsOrigins.length === 0) return;
    await app.register(cors, {
      origin: [...corsOrigins],
      credentials: false,
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      allowedHeaders: requestHeaders,
      exposedHeaders: responseHeaders,
      maxAge: preflightSeconds,
    });
  },
  { name: 'cross-origin', fastify: '5.x' },
);
