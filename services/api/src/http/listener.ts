import type { Server, ServerOptions } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';
import { type Certificates, readCertificates } from './certificates.ts';
import type { TransportConfig } from './transport-settings.ts';

export interface ListenerConfig extends TransportConfig {
  readonly headersMsMax: number;
  readonly requestMsMax: number;
}

/** Longest pause between two looks at which requests take too long, ms. Node's own, 30 s, would let headers take three times as long as they may. */
const checkMsMax = 5_000;

/** What Node's HTTP parser lets pass. The time-outs have no effect but when they are looked at: that must be as often as the shortest asks for. */
export function requestLimits(config: ListenerConfig): ServerOptions {
  const { headersMsMax, requestMsMax, requestHeaderBytesMax } = config;
  return {
    headersTimeout: headersMsMax,
    requestTimeout: requestMsMax,
    connectionsCheckingInterval: Math.min(checkMsMax, headersMsMax, requestMsMax),
    maxHeaderSize: requestHeaderBytesMax,
    // Asked for by plugins/http-conformance.ts, which says what is wrong.
    requireHostHeader: false,
  };
}

export interface Listener {
  /** Undefined without TLS. */
  readonly certificates: Certificates | undefined;
  /** Fastify's options of the server. (An HTTPS server has all that an HTTP server has: no route need know which it is.) */
  readonly options: Pick<FastifyHttpOptions<Server>, 'http'>;
}

/** The server that the settings ask for. Throws INVALID_CONFIG. */
export function listenerOf(config: ListenerConfig): Listener {
  const limits = requestLimits(config);
  const certificates = readCertificates(config);
  if (certificates === undefined) return { certificates, options: { http: limits } };
  const mutual = certificates.ca !== undefined;
  const https = {
    ...limits,
    ...certificates,
    requestCert: mutual,
    rejectUnauthorized: mutual,
    // A client that is slow to shake hands has not sent a header yet.
    handshakeTimeout: config.headersMsMax,
  };
  return { certificates, options: { https } as Pick<FastifyHttpOptions<Server>, 'http'> };
}
