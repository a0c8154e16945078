import { type Static, type TObject, Type } from 'typebox';

/** The contract counts what a tenant may in 32 bits. */
const countMax = 2 ** 32 - 1;

const exposures = ['open', 'scope', 'port'] as const;

/** Who may look at routes for operators. `open`: everyone; `scope`: credentials that have the scope; `port`: whoever reaches the operations port. */
export type Exposure = (typeof exposures)[number];

const perDay = (what: string) =>
  Type.Integer({
    default: 0,
    minimum: 0,
    maximum: countMax,
    description: `most accepted ${what} of a tenant a day (UTC), where its policy does not say; 0: as many as it likes`,
  });

/** Settings of who may do what, and how often. */
export const accessSettings = {
  authentication: Type.Enum(['off', 'required'], {
    default: 'off',
    description: 'off, on a loopback address only, or required: an API key, or a token of the OIDC issuer',
  }),
  keysRefreshSeconds: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 3_600,
    description: 'how long a key that was revoked, or a policy that was changed, may work on, s',
  }),
  keysStaleSecondsMax: Type.Integer({
    default: 3_600,
    minimum: 1,
    description:
      'how long keys and policies are used while the object store, or the issuer of tokens, is away, s',
  }),
  oidcIssuer: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'issuer of OIDC tokens; without it only API keys count',
    }),
  ),
  oidcAudience: Type.Optional(Type.String({ minLength: 1, description: 'audience that tokens must be for' })),
  oidcJwksUrl: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'where the issuer’s public keys are; without it, where its discovery document says',
    }),
  ),
  oidcTenantClaim: Type.String({
    default: 'tenant',
    minLength: 1,
    description: 'claim of a token that names its tenant',
  }),
  docsAccess: Type.Enum([...exposures], {
    default: 'open',
    description: 'who sees /docs and /openapi.json: open, scope (admin) or port',
  }),
  metricsAccess: Type.Optional(
    Type.Enum([...exposures], {
      description:
        'who sees /metrics: open, scope (metrics:read) or port; without it, scope where authentication is required, else open',
    }),
  ),
  board: Type.Enum(['off', 'on'], {
    default: 'off',
    description:
      'on: a page of all tenants’ queues at /ops/queues; behind the operations port where /metrics is, else for credentials with the scope operator',
  }),
  operationsHost: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    description: 'address to listen on for operators',
  }),
  operationsPort: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65_535,
      description:
        'TCP port for operators: probes, and what is put behind it; plain HTTP without credentials',
    }),
  ),
  requestsPerMinute: Type.Integer({
    default: 6_000,
    minimum: 1,
    maximum: countMax,
    description: 'most requests of a tenant a minute, where its policy does not say',
  }),
  readsPerTenantMax: Type.Integer({
    default: 100,
    minimum: 1,
    description: 'most results and artefacts that a tenant reads at once, from each replica',
  }),
  studiesPerDay: perDay('studies'),
  mebibytesPerDay: perDay('MiB'),
} as const;

export type AccessConfig = Static<TObject<typeof accessSettings>>;

/** Who sees /metrics. */
export function metricsExposure({
  metricsAccess,
  authentication,
}: Pick<AccessConfig, 'metricsAccess' | 'authentication'>): Exposure {
  return metricsAccess ?? (authentication === 'required' ? 'scope' : 'open');
}
