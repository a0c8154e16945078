import ipaddr from 'ipaddr.js';

/** All of IPv6 that is routed in public (IANA, IPv6 Global Unicast Address Assignments): ipaddr.js takes what it has no name for, `::7f00:1` among it, for unicast. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an IP address is one of the public Internet: none of a host, a link, a private network or a group, and none that carries another address in it. */
export function isPublicAddress(address: string): boolean {
  const ip = ipaddr.parse(address);
  return ip.range() === 'unicast' && (ip.kind() === 'ipv4' || ip.match(globalUnicast));
}
