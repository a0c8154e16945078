import { isScope, isTenantName, type Scope } from '@hepastage/access';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Verdict } from './authenticate.ts';
import { jwksUrlOf } from './oidc-discovery.ts';

export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  /** Undefined: where the issuer's discovery document says. */
  readonly jwksUrl: string | undefined;
  readonly tenantClaim: string;
}

/** Signatures that only the issuer can make: no `none`, and no secret that the two of us would share. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** How far the issuer's clock may differ from ours, s. */
const clockToleranceSeconds = 30;
/** Longest that the issuer may take to give its keys, ms. */
const issuerMsMax = 5_000;
/** Shortest time between two fetches of keys for a token whose key is unknown, ms. */
const cooldownMs = 10_000;
/** How long an issuer that is away is not asked again, ms: else whoever sends anything would have us ask. */
const pauseMs = 1_000;
/** Longest subject that is written down, characters. */
const subjectCharactersMax = 255;

/** Reads bearer tokens (JWTs, RFC 7519) of one issuer. */
export class OidcVerifier {
  readonly #config: OidcConfig;
  readonly #clock: () => number;
  #keys: Promise<JWTVerifyGetKey> | undefined;
  #trouble: unknown;
  #troubledAt = 0;

  /** `clock`: ms, never going back. */
  constructor(config: OidcConfig, clock = () => performance.now()) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Throws NOT_READY where the issuer's keys can't be had. */
  async judge(token: string): Promise<Verdict> {
    const { issuer, audience } = this.#config;
    try {
      const { payload } = await jwtVerify(token, await this.#issuerKeys(), {
        issuer,
        audience,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', 'sub', this.#config.tenantClaim],
      });
      return this.#principalOf(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError && isOfTheToken(error)) return { refusal: error.code };
      throw issuerAway(error);
    }
  }

  #principalOf(payload: JWTPayload): Verdict {
    const { sub } = payload;
    const tenant = payload[this.#config.tenantClaim];
    if (typeof tenant !== 'string' || !isTenantName(tenant)) return { refusal: 'no tenant of that name' };
    if (typeof sub !== 'string' || sub === '' || sub.length > subjectCharactersMax)
      return { refusal: 'no usable subject' };
    return { principal: { tenant, actor: `oidc:${sub}`, scopes: scopesOf(payload) } };
  }

  /** They are kept once it is known where they are: jose reads them anew by itself. */
  async #issuerKeys(): Promise<JWTVerifyGetKey> {
    if (this.#trouble !== undefined && this.#clock() - this.#troubledAt < pauseMs) throw this.#trouble;
    this.#keys ??= this.#openKeys().catch((error: unknown) => {
      this.#keys = undefined;
      this.#troubledAt = this.#clock();
      this.#trouble = error;
      throw error;
    });
    return this.#keys;
  }

  async #openKeys(): Promise<JWTVerifyGetKey> {
    const url = this.#config.jwksUrl ?? (await jwksUrlOf(this.#config.issuer, issuerMsMax));
    return createRemoteJWKSet(new URL(url), {
      timeoutDuration: issuerMsMax,
      cooldownDuration: cooldownMs,
    });
  }
}

/** `scope`, separated by spaces (RFC 8693), or `scp`, a list, as some issuers have it. Those of others are passed over. */
function scopesOf({ scope, scp }: JWTPayload): ReadonlySet<Scope> {
  const given: unknown = scope ?? scp;
  const names: unknown = typeof given === 'string' ? given.split(' ') : given;
  if (!Array.isArray(names)) return new Set();
  return new Set(names.filter((name): name is Scope => typeof name === 'string' && isScope(name)));
}

/** Whether the token is wrong, as opposed to: nobody could tell. */
function isOfTheToken(error: errors.JOSEError): boolean {
  const ofTheIssuer = [errors.JWKSTimeout, errors.JWKSInvalid, errors.JWKInvalid];
  // A plain JOSEError is how an answer of the issuer is told that has no keys in it.
  return error.code !== errors.JOSEError.code && !ofTheIssuer.some((type) => error instanceof type);
}

function issuerAway(cause: unknown): HepastageError {
  return new HepastageError(ErrorCode.NOT_READY, {
    what: 'the identity provider does not give its keys',
    action: 'try again later',
    cause,
  });
}
