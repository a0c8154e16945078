import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { readConfigFile } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { TransportConfig } from './transport-settings.ts';

/** What a TLS listener shows, and whose certificates it accepts: PEM, as Node takes it. */
export interface Certificates {
  readonly cert: string;
  readonly key: string;
  /** Authorities of the certificates that clients must show. */
  readonly ca?: string;
  readonly minVersion: 'TLSv1.2';
}

export type CertificateFiles = Pick<TransportConfig, 'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile'>;

/** Hospitals' bundles of authorities can be long. */
const caBytesMax = 2 ** 20;

/** Reads the files, and proves that they fit together. Undefined where there are to be none. Throws INVALID_CONFIG. */
export function readCertificates(files: CertificateFiles): Certificates | undefined {
  const { tlsCertFile, tlsKeyFile, tlsClientCaFile } = files;
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return undefined;
  const certificates: Certificates = {
    cert: readConfigFile('HEPASTAGE_TLS_CERT_FILE', tlsCertFile),
    key: readConfigFile('HEPASTAGE_TLS_KEY_FILE', tlsKeyFile),
    ...(tlsClientCaFile !== undefined && {
      ca: readConfigFile('HEPASTAGE_TLS_CLIENT_CA_FILE', tlsClientCaFile, caBytesMax),
    }),
    minVersion: 'TLSv1.2',
  };
  try {
    createSecureContext(certificates);
    // What is no certificate Node would take for a list of no authorities.
    if (certificates.ca !== undefined) void new X509Certificate(certificates.ca);
  } catch (cause) {
    throw new HepastageError(ErrorCode.INVALID_CONFIG, {
      what: 'the certificates for TLS are no PEM, or the key is that of another certificate',
      where: 'HEPASTAGE_TLS_CERT_FILE, HEPASTAGE_TLS_KEY_FILE, HEPASTAGE_TLS_CLIENT_CA_FILE',
      action: 'compare them with openssl x509 and openssl pkey',
      cause,
    });
  }
  return certificates;
}

export function areSame(one: Certificates, other: Certificates): boolean {
  return one.cert === other.cert && one.key === other.key && one.ca === other.ca;
}
