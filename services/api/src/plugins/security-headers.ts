import helmet from '@fastify/helmet';
import plugin from 'fastify-plugin';

export interface SecurityHeadersOptions {
  /** Whether the API itself speaks TLS. Behind a proxy that does, HSTS is the proxy's to send. */
  readonly tls: boolean;
}

/** A year, as browsers' lists ask for, s. */
const hstsSeconds = 365 * 24 * 3_600;

/** What tells a browser to make nothing of an answer but what it is. Nothing that the API sends is a page, but /docs, whose plugin sends a policy of its own. */
export const securityHeaders = plugin<SecurityHeadersOptions>(
  async (app, { tls }) => {
    const none = ["'none'"];
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: none, baseUri: none, formAction: none, frameAncestors: none },
      },
      frameguard: { action: 'deny' },
      hsts: tls && { maxAge: hstsSeconds, includeSubDomains: false },
    });
  },
  { name: 'security-headers', fastify: '5.x' },
);
