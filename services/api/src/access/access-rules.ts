import { isIPv4 } from 'node:net';
import { type AccessConfig, metricsExposure } from './access-settings.ts';

/** What holds, what it means if it does not, and what to do then. */
type Rule = readonly [holds: boolean, what: string, action: string];

/** What settings of access must hold to each other, and to where the service listens. */
export function accessRules(config: AccessConfig & { readonly host: string }): Rule[] {
  const { authentication, host, oidcIssuer, oidcAudience, oidcJwksUrl, docsAccess } = config;
  const isRequired = authentication === 'required';
  const exposed = new Set([docsAccess, metricsExposure(config)]);
  return [
    [
      isRequired || isLoopback(host),
      'without authentication everyone who reaches the service could read and erase studies',
      'set HEPASTAGE_AUTHENTICATION=required and make a key with hepastage keys create, or HOST=127.0.0.1',
    ],
    [
      isRequired || (oidcIssuer ?? oidcAudience ?? oidcJwksUrl) === undefined,
      'tokens are configured, but nobody is asked for one',
      'set HEPASTAGE_AUTHENTICATION=required',
    ],
    [
      (oidcIssuer === undefined) === (oidcAudience === undefined),
      'an issuer’s tokens for any audience, or an audience of no issuer',
      'set both HEPASTAGE_OIDC_ISSUER and HEPASTAGE_OIDC_AUDIENCE',
    ],
    [
      oidcJwksUrl === undefined || oidcIssuer !== undefined,
      'there are keys of no issuer',
      'set HEPASTAGE_OIDC_ISSUER',
    ],
    [
      [oidcIssuer, oidcJwksUrl].every((url) => url === undefined || isTrustworthy(url)),
      'whoever is on the way could exchange the issuer’s keys',
      'give HEPASTAGE_OIDC_ISSUER and HEPASTAGE_OIDC_JWKS_URL as https',
    ],
    [
      isRequired || !exposed.has('scope'),
      'a scope is asked for, but no credentials',
      'set HEPASTAGE_AUTHENTICATION=required, or HEPASTAGE_DOCS_ACCESS and HEPASTAGE_METRICS_ACCESS to open or port',
    ],
    [
      config.operationsPort !== undefined || !exposed.has('port'),
      'something is put behind a port that there is not',
      'set HEPASTAGE_OPERATIONS_PORT',
    ],
  ];
}

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** https, or http within this machine. */
function isTrustworthy(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || (url !== null && isLoopback(url.hostname.replace(/^\[|\]$/g, '')));
}
