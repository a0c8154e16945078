import { BlockList } from 'node:net';
import { ofKind, podsOf, selects } from '../objects.ts';
import type { Policy } from './policy.ts';

/** Addresses within clusters, hospitals and nodes: RFC 6890, 4193. */
const privateRanges = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
  'fe80::/10',
];

/** Who may reach whole private ranges: the Kubernetes API is at addresses that each cluster has of its own. */
const mayReach: Readonly<Record<string, readonly string[]>> = {
  'Deployment/hepastage-pod-marker': privateRanges.filter((range) => range !== '169.254.0.0/16'),
};

/** Policies add up: what any of them opens to a pod is open to it. Single private addresses may be, whole ranges not. */
export const egress: Policy = (objects) =>
  podsOf(objects).flatMap(({ owner, labels }) => {
    const own = ofKind(objects, 'NetworkPolicy').filter(({ spec }) =>
      selects(spec?.podSelector ?? {}, labels),
    );
    return own.flatMap(({ metadata, spec }) =>
      (spec?.egress ?? [])
        .flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => ipBlock ?? []))
        .flatMap(({ cidr, except = [] }) =>
          privateRanges
            .filter((range) => !isOne(cidr) && overlap(cidr, range))
            .filter((range) => !except.some((shut) => contains(shut, range) || contains(shut, cidr)))
            .filter((range) => !mayReach[owner]?.includes(range))
            .map((range) => `${owner}: reaches ${range} by NetworkPolicy/${metadata?.name}`),
        ),
    );
  });

function isOne(cidr: string): boolean {
  return /(?:\.\d+\/32|:[^/]*\/128)$/.test(cidr);
}

function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

/** Whether all of `inner` is in `outer`. */
function contains(outer: string, inner: string): boolean {
  const [net = '', bits] = outer.split('/');
  const [address = '', innerBits] = inner.split('/');
  const family = net.includes(':') ? 'ipv6' : 'ipv4';
  if (address.includes(':') !== net.includes(':') || Number(bits) > Number(innerBits)) return false;
  const list = new BlockList();
  list.addSubnet(net, Number(bits), family);
  return list.check(address, family);
}
