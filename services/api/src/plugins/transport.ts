import plugin from 'fastify-plugin';
import type { Certificates } from '../http/certificates.ts';
import type { TransportConfig } from '../http/transport-settings.ts';
import { certificateRenewal } from './certificate-renewal.ts';
import { crossOrigin } from './cross-origin.ts';
import { securityHeaders } from './security-headers.ts';
import { slowReaders } from './slow-readers.ts';

export interface TransportOptions extends TransportConfig {
  /** Those that the listener shows; undefined without TLS. */
  readonly certificates: Certificates | undefined;
}

/** What holds for every connection and every answer, whatever the route. Comes before whatever asks for credentials: a browser sends none with a preflight. */
export const transport = plugin<TransportOptions>(
  async (app, { certificates, ...config }) => {
    await app.register(securityHeaders, { tls: certificates !== undefined });
    await app.register(crossOrigin, config);
    await app.register(slowReaders, config);
    if (certificates !== undefined) await app.register(certificateRenewal, { ...config, certificates });
  },
  { name: 'transport', fastify: '5.x' },
);
