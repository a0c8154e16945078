/** `Bearer <token>` (RFC 6750, 2.1). */
const bearer = /^Bearer +(?<token>[A-Za-z0-9._~+/-]+=*)$/i;
const realm = 'Bearer realm="hepastage"';

/** The token that a request carries; undefined if it carries none that could be one. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return bearer.exec(authorization ?? '')?.groups?.['token'];
}

/** What a 401 says of how to ask. RFC 6750, 3.1: whoever sent no token is told of no error. */
export function unauthenticatedChallenge(token: string | undefined): string {
  return token === undefined ? realm : `${realm}, error="invalid_token"`;
}

/** What a 403 says of the scope that is missing. */
export function forbiddenChallenge(scope: string): string {
  return `${realm}, error="insufficient_scope", scope="${scope}"`;
}
