import { type LookupAddress, promises as dns } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { AllowedTargets } from './allowed-targets.ts';
import { isPublicAddress } from './public-address.ts';

/** Every address of a host name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

const resolveBySystem: Resolve = async (host) => dns.lookup(host, { all: true });

/** Characters that the URL standard drops or turns into others without a word. */
const rewritten = /[\s\\\p{C}]/u;

/**
 * Keeps whoever names a webhook from having us call what only we can reach (server-side request forgery): nothing but https to public addresses, except
 * for targets that the operator allows. It takes both: `check` before anything is sent, `lookup` for the connection itself, so that the address which was
 * checked is the one that is connected to, whatever the name resolves to next.
 */
export class TargetGuard {
  readonly #allowed: AllowedTargets;
  readonly #resolve: Resolve;

  /** `allowed`: host names, IP addresses and CIDR blocks. Throws INVALID_CONFIG. */
  constructor(allowed: readonly string[], resolve: Resolve = resolveBySystem) {
    this.#allowed = new AllowedTargets(allowed);
    this.#resolve = resolve;
  }

  /** All that can be checked of a URL without DNS. Throws INVALID_WEBHOOK, which never quotes it. */
  check(text: string): URL {
    const url = rewritten.test(text) ? null : URL.parse(text);
    if (url === null || !['https:', 'http:'].includes(url.protocol)) throw refusal('it is no URL of the web');
    if (url.username !== '' || url.password !== '') throw refusal('it carries a user or a password');
    if (text.includes('#')) throw refusal('it carries a fragment');
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const isAllowed = isIP(host) === 0 ? this.#allowed.hasName(host) : this.#allowed.hasAddress(host);
    if (isAllowed) return url;
    if (url.protocol === 'http:') throw refusal('it is not encrypted');
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw refusal('its address is not public');
    return url;
  }

  /** Resolves a host to those of its addresses that may be called; for `node:http` and `node:https`. Fails with INVALID_WEBHOOK where there is none. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.#allowedAddresses(host, (error, addresses) => {
      if (error !== null || options.all === true) callback(error, addresses);
      else callback(null, addresses[0].address, addresses[0].family);
    });
  };

  readonly #allowedAddresses = callbackify(async (host: string) => this.#resolveAllowed(host));

  async #resolveAllowed(host: string): Promise<[LookupAddress, ...LookupAddress[]]> {
    const addresses = await this.#resolve(host);
    const [first, ...others] = this.#allowed.hasName(host)
      ? addresses
      : addresses.filter(({ address }) => this.#allowed.hasAddress(address) || isPublicAddress(address));
    if (first === undefined) throw refusal('its host has no public address');
    return [first, ...others];
  }
}

function refusal(what: string): HepastageError {
  return new HepastageError(ErrorCode.INVALID_WEBHOOK, {
    what: `the webhook may not be called: ${what}`,
    where: 'webhook',
    expected: 'https://host/path of a public host, or of one that the service’s operator allows',
    action: 'name another URL, or leave the webhook out',
  });
}
