/** Where an issuer has its public keys, as its discovery document says (OpenID Connect Discovery 1.0, 4). Throws where it can't be had, or is another's. */
export async function jwksUrlOf(issuer: string, msMax: number): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(msMax) });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the discovery document is answered with ${response.status}`);
  }
  const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown } | null;
  if (document?.issuer !== issuer) throw new Error('the discovery document is of another issuer');
  if (typeof document.jwks_uri !== 'string' || !URL.canParse(document.jwks_uri))
    throw new Error('the discovery document has no jwks_uri');
  if (new URL(document.jwks_uri).protocol !== new URL(issuer).protocol)
    throw new Error('the discovery document leaves https');
  return document.jwks_uri;
}
