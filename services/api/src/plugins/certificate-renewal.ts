import { X509Certificate } from 'node:crypto';
import type { Server } from 'node:tls';
import plugin from 'fastify-plugin';
import { areSame, type CertificateFiles, type Certificates, readCertificates } from '../http/certificates.ts';

export interface CertificateRenewalOptions extends CertificateFiles {
  /** Those that the server has begun with. */
  readonly certificates: Certificates;
  readonly tlsRenewMs: number;
}

/**
 * Takes renewed certificates up without a restart: now and then, and at SIGHUP. Connections keep what they have begun with. Files that don't fit together, as when only one
 * of two is written yet, are told of and change nothing.
 */
export const certificateRenewal = plugin<CertificateRenewalOptions>(
  async (app, { certificates, tlsRenewMs, ...files }) => {
    // Only with TLS is this plugin registered.
    const server = app.server as unknown as Server;
    let current = certificates;
    const renew = () => {
      try {
        const found = readCertificates(files);
        if (found === undefined || areSame(found, current)) return;
        server.setSecureContext(found);
        current = found;
        app.log.info({ validTo: new X509Certificate(found.cert).validTo }, 'certificates renewed');
      } catch (error) {
        app.log.error({ err: error }, 'certificates not renewed');
      }
    };
    const timer = setInterval(renew, tlsRenewMs).unref();
    process.on('SIGHUP', renew);
    app.addHook('onClose', async () => {
      clearInterval(timer);
      process.off('SIGHUP', renew);
    });
  },
  { name: 'certificate-renewal', fastify: '5.x' },
);
