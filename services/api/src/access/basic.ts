/** `Basic <user:password in base64>` (RFC 7617). */
const basic = /^Basic +(?<credentials>[A-Za-z0-9+/]+=*)$/i;

/** How a browser is asked for a key. */
export const basicChallenge = 'Basic realm="hepastage operators", charset="UTF-8"';

/** The password of a request, which stands for a bearer token: who the user says to be counts for nothing. Undefined if there is none. */
export function basicPassword(authorization: string | undefined): string | undefined {
  const credentials = basic.exec(authorization ?? '')?.groups?.['credentials'];
  if (credentials === undefined) return undefined;
  const text = Buffer.from(credentials, 'base64').toString();
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : text.slice(colon + 1) || undefined;
}
