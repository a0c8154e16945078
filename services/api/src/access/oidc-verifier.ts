import { isScope, isTenantName, type Scope } from '@hepastage/access';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Verdict } from './authenticate.ts';
import { IssuerKeys, type IssuerPatience } from './issuer-keys.ts';

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
/** Longest subject that is written down, characters. */
const subjectCharactersMax = 255;

/** Reads bearer tokens (JWTs, RFC 7519) of one issuer. */
export class OidcVerifier {
  readonly #config: OidcConfig;
  readonly #keys: IssuerKeys;

  constructor(config: OidcConfig, patience: IssuerPatience) {
    this.#config = config;
    this.#keys = new IssuerKeys(config.issuer, config.jwksUrl, patience);
  }

  /** Throws NOT_READY where the issuer's keys can't be had. */
  async judge(token: string): Promise<Verdict> {
    const { issuer, audience } = this.#config;
    try {
      const { payload } = await jwtVerify(token, this.#keys.keyOf, {
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
