import { type Static, Type } from 'typebox';

/** Longest delay of a Node timer, ms. */
const timerMsMax = 2 ** 31 - 1;

const file = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** How the API is reached, and what a connection may take of it. Spread them into the API's settings. */
export const transportSettings = {
  tlsCertFile: file(
    'PEM file of the certificate, with its chain, that the API shows; with it, it speaks TLS alone',
  ),
  tlsKeyFile: file('PEM file of the private key of that certificate'),
  tlsClientCaFile: file('PEM file of the authorities of which every client must show a certificate'),
  tlsRenewMs: Type.Integer({
    default: 60_000,
    minimum: 100,
    maximum: timerMsMax,
    description:
      'how often those files are looked at for renewed certificates, ms; SIGHUP has them looked at once',
  }),
  corsOrigins: Type.Array(
    // An origin as browsers send it (RFC 6454): no path, no wildcard, and never `null`.
    Type.String({ pattern: '^https?://[^\\s/*?#@,]+$' }),
    {
      default: [],
      uniqueItems: true,
      description: 'origins whose pages may call the API, e.g. https://viewer.example',
    },
  ),
  responseMsMax: Type.Integer({
    default: 600_000,
    minimum: 1,
    maximum: timerMsMax,
    description: 'longest that a client may take to take a response, ms',
  }),
  requestHeaderBytesMax: Type.Integer({
    default: 16 * 1_024,
    minimum: 1_024,
    maximum: 2 ** 20,
    description: 'most of the request line and the headers of a request, bytes',
  }),
  requestsPerConnectionMax: Type.Integer({
    default: 10_000,
    minimum: 1,
    description:
      'most requests of one connection: it is closed then, so that clients spread over replicas that came later',
  }),
  requestsInHandMax: Type.Integer({
    default: 8,
    // An answer may have arrived, and the next request with it, before its end is noticed here.
    minimum: 2,
    description:
      'most requests of one connection that are answered at a time: a client that sends more before it has the answers is cut off',
  }),
} as const;

const schema = Type.Object(transportSettings);
export type TransportConfig = Static<typeof schema>;

/** What must hold of the settings together: [whether it does, what is wrong, what to do]. */
export function transportRules({ tlsCertFile, tlsKeyFile, tlsClientCaFile }: TransportConfig) {
  return [
    [
      (tlsCertFile === undefined) === (tlsKeyFile === undefined),
      'TLS needs a certificate and its private key',
      'set both HEPASTAGE_TLS_CERT_FILE and HEPASTAGE_TLS_KEY_FILE, or neither',
    ],
    [
      tlsClientCaFile === undefined || tlsCertFile !== undefined,
      'clients are to show certificates, but there is no TLS',
      'set HEPASTAGE_TLS_CERT_FILE and HEPASTAGE_TLS_KEY_FILE, too',
    ],
  ] as const;
}
