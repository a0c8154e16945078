import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A certificate and its private key, as PEM and as files of it. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority that exists for one test. */
export interface Authority {
  /** PEM file of its own certificate. */
  readonly caFile: string;
  /** The same as PEM. */
  readonly ca: string;
  /** Writes a certificate for 127.0.0.1 and localhost, that servers and clients may show. A name that was issued before is written over. */
  issue(name: string): Promise<IssuedCertificate>;
}

const usual = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** Makes an authority that keeps its files in `directory`. */
export async function makeAuthority(directory: string, name = 'authority'): Promise<Authority> {
  const root = await generate([{ name: 'commonName', value: name }], {
    ...usual,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const caFile = join(directory, `${name}.pem`);
  await writeFile(caFile, root.cert);
  const issue = async (subject: string) => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: subject }], {
      ...usual,
      ca: { cert: root.cert, key: root.private },
      extensions: [
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    const files = {
      certFile: join(directory, `${subject}.cert.pem`),
      keyFile: join(directory, `${subject}.key.pem`),
    };
    await Promise.all([writeFile(files.certFile, cert), writeFile(files.keyFile, key)]);
    return { cert, key, ...files };
  };
  return { caFile, ca: root.cert, issue };
}
