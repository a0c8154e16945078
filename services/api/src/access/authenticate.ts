import { isScope, type KeyRing, looksLikeKey } from '@hepastage/access';
import type { OidcVerifier } from './oidc-verifier.ts';
import { anonymous, type Principal } from './principal.ts';

/** `refusal`: why, for the log. Whoever sent the token is told the same in every case. */
export type Verdict =
  | { readonly principal: Principal }
  | { readonly refusal: string; readonly keyId?: string | undefined };

/** Who sends the bearer token; undefined: none was sent. Throws what keeps it from being known: STORE_UNAVAILABLE, NOT_READY. */
export type Authenticate = (token: string | undefined) => Promise<Verdict>;

/** Where authentication is off. */
export const authenticateNobody: Authenticate = async () => ({ principal: anonymous });

/** API keys and, where an issuer is configured, its tokens. */
export function authenticateBy(keys: KeyRing, oidc: OidcVerifier | undefined): Authenticate {
  return async (token) => {
    if (token === undefined) return { refusal: 'no bearer token' };
    if (looksLikeKey(token)) return judgeKey(keys, token);
    return oidc === undefined ? { refusal: 'no API key' } : oidc.judge(token);
  };
}

async function judgeKey(keys: KeyRing, token: string): Promise<Verdict> {
  const verdict = await keys.judge(token);
  if (verdict.key === undefined) return verdict;
  const { tenant, keyId, scopes } = verdict.key;
  return { principal: { tenant, actor: `key:${keyId}`, scopes: new Set(scopes.filter(isScope)) } };
}
