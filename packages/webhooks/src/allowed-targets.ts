import { isIP } from 'node:net';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import ipaddr from 'ipaddr.js';

type Block = ReturnType<typeof ipaddr.parseCIDR>;

/** Hosts that may be called although they are not public: a hospital's own. */
export class AllowedTargets {
  readonly #names = new Set<string>();
  readonly #blocks: Block[] = [];

  /** Each entry is a host name, an IP address or a CIDR block. Throws INVALID_CONFIG. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (isIP(entry) !== 0) this.#blocks.push(wholeAddress(entry));
      else if (ipaddr.isValidCIDR(entry)) this.#blocks.push(ipaddr.parseCIDR(entry));
      else this.#names.add(nameOf(entry));
    }
  }

  hasName(host: string): boolean {
    return this.#names.has(host.replace(/\.$/, ''));
  }

  hasAddress(address: string): boolean {
    const ip = ipaddr.parse(address);
    return this.#blocks.some((block) => block[0].kind() === ip.kind() && ip.match(block));
  }
}

function wholeAddress(address: string): Block {
  const ip = ipaddr.parse(address);
  return [ip, ip.kind() === 'ipv4' ? 32 : 128];
}

function nameOf(entry: string): string {
  const name = entry.toLowerCase().replace(/\.$/, '');
  // A URL's parser turns `127.1` into an address, and refuses or cuts off what is no name at all.
  if (URL.parse(`http://${name}`)?.hostname === name) return name;
  throw new HepastageError(ErrorCode.INVALID_CONFIG, {
    what: 'an allowed target of webhooks is none',
    where: 'HEPASTAGE_WEBHOOK_ALLOWED_TARGETS',
    expected: 'host names, IP addresses and CIDR blocks, without ports',
    received: entry,
    action: 'set the variable and start again',
  });
}
