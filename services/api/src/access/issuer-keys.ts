import { type Freshness, FreshValue } from '@hepastage/access';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { jwksUrlOf } from './oidc-discovery.ts';

/** How old the keys that are used may be, unless the issuer is away, s. */
const refreshSeconds = 600;
/** How old they are at most where a token names one that is not among them, s. */
const unknownKeySeconds = 10;
/** Longest that the issuer may take for an answer, ms. */
const issuerMsMax = 5_000;

/** How long the keys are used while they can't be read anew, and who is told. */
export type IssuerPatience = Pick<Freshness, 'staleSecondsMax' | 'onTrouble' | 'clock'>;

/**
 * The public keys of an issuer, held in memory as API keys are: whatever fails of the issuer, and however many tokens come, it is asked once a second at most,
 * nobody waits for it for long, and keys that are known go on while it is away.
 */
export class IssuerKeys {
  readonly #keys: FreshValue<JWTVerifyGetKey>;

  /** `jwksUrl`: where the keys are; undefined: where the issuer's discovery document says. */
  constructor(issuer: string, jwksUrl: string | undefined, patience: IssuerPatience) {
    const read = async () => readKeys(jwksUrl ?? (await jwksUrlOf(issuer, issuerMsMax)));
    const notYet = new Error('the identity provider did not answer in time');
    this.#keys = new FreshValue(read, { ...patience, refreshSeconds, notYet });
  }

  /** The key that a token names. Throws what jose throws, or what keeps the keys from being read. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      return await (
        await this.#keys.get()
      )(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await this.#keys.getFresh(unknownKeySeconds))(header, token);
    }
  };
}

/** All keys at once: jose reads none anew by itself. */
async function readKeys(url: string): Promise<JWTVerifyGetKey> {
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: issuerMsMax,
    cooldownDuration: Number.POSITIVE_INFINITY,
    cacheMaxAge: Number.POSITIVE_INFINITY,
  });
  await keys.reload();
  return keys;
}
