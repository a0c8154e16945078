import { type Freshness, KeyRing, Policies } from '@hepastage/access';
import type { Logger, ObjectStore, Redis } from '@hepastage/platform';
import type { AccessConfig } from './access-settings.ts';
import { type Authenticate, authenticateBy, authenticateNobody } from './authenticate.ts';
import { OidcVerifier } from './oidc-verifier.ts';
import { type PolicyOf, Quotas } from './quotas.ts';

/** Who may do what, and how often. */
export interface Access {
  readonly authenticate: Authenticate;
  readonly policyOf: PolicyOf;
  readonly quotas: Quotas;
  /** Counts requests. */
  readonly redis: Redis;
}

export interface AccessDeps {
  readonly config: AccessConfig & { readonly redisPrefix: string };
  readonly store: ObjectStore;
  readonly redis: Redis;
  readonly clock: () => Date;
  readonly logger: Logger;
}

/** Opens nothing of its own: there is nothing to close. */
export function openAccess({ config, store, redis, clock, logger }: AccessDeps): Access {
  const freshness: Freshness = {
    refreshSeconds: config.keysRefreshSeconds,
    staleSecondsMax: config.keysStaleSecondsMax,
    onTrouble: (error) => logger.warn({ err: error }, 'keys or policies can’t be read anew'),
  };
  const policies = new Policies(store, config, freshness);
  const policyOf: PolicyOf = async (tenant) => policies.of(tenant);
  return {
    authenticate:
      config.authentication === 'off'
        ? authenticateNobody
        : authenticateBy(new KeyRing(store, freshness, clock), oidcOf(config, logger)),
    policyOf,
    quotas: new Quotas({ redis, redisPrefix: config.redisPrefix, policyOf, clock, logger }),
    redis,
  };
}

function oidcOf(config: AccessConfig, logger: Logger) {
  const { oidcIssuer, oidcAudience, oidcJwksUrl, oidcTenantClaim } = config;
  if (oidcIssuer === undefined || oidcAudience === undefined) return undefined;
  return new OidcVerifier(
    { issuer: oidcIssuer, audience: oidcAudience, jwksUrl: oidcJwksUrl, tenantClaim: oidcTenantClaim },
    {
      staleSecondsMax: config.keysStaleSecondsMax,
      onTrouble: (error) => logger.warn({ err: error }, 'the identity provider’s keys can’t be read anew'),
    },
  );
}
