import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { nameOf, ofKind, type Pod, podsOf, type Selector, selects } from '../objects.ts';
import { type Policy, unmet } from './policy.ts';

/** Whether the policy takes every pod. */
function isForAll({ spec }: INetworkPolicy): boolean {
  const { matchLabels = {}, matchExpressions = [] } = spec?.podSelector ?? {};
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}

/** Nothing is reached, and nothing reaches out, that no policy allows; each pod has one that allows it what it needs. */
export const networkPolicies: Policy = (objects) => {
  const policies = ofKind(objects, 'NetworkPolicy');
  const deniesAll = policies.some(
    (policy) =>
      isForAll(policy) &&
      policy.spec?.policyTypes?.toSorted().join() === 'Egress,Ingress' &&
      (policy.spec.ingress ?? []).length + (policy.spec.egress ?? []).length === 0,
  );
  return [
    ...unmet('NetworkPolicies', {
      'deny what is not allowed': deniesAll,
      'let all pods ask for addresses': policies.some(
        (policy) => isForAll(policy) && asksForAddresses(policy),
      ),
      'open no pod to everybody': policies.every(({ spec }) =>
        (spec?.ingress ?? []).every(({ from = [], ports = [] }) => from.length > 0 && ports.length > 0),
      ),
      'let nobody reach a cloud’s metadata': !policies.some(reachesMetadata),
    }),
    ...podsOf(objects).flatMap((pod) =>
      unmet(pod.owner, {
        'has a NetworkPolicy of its own': policies.some(
          (policy) => !isForAll(policy) && selects(selectorOf(policy), pod.labels),
        ),
      }),
    ),
    ...policies.flatMap((policy) => emptyRules(policy, podsOf(objects))),
  ];
};

function selectorOf({ spec }: INetworkPolicy): Selector {
  return spec?.podSelector ?? {};
}

function asksForAddresses({ spec }: INetworkPolicy): boolean {
  return (spec?.egress ?? []).some(({ ports = [] }) =>
    ['UDP', 'TCP'].every((protocol) => ports.some((port) => port.port === 53 && port.protocol === protocol)),
  );
}

/** Rules to any address; of those with addresses the ones that don't leave link-local ones out. */
function reachesMetadata({ spec }: INetworkPolicy): boolean {
  return (spec?.egress ?? []).some(({ to = [] }) => {
    if (to.length === 0) return true;
    return to.some(
      ({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0' && !ipBlock.except?.includes('169.254.0.0/16'),
    );
  });
}

/** Policies for pods that there are not, and ports that they have not: what is written down wrongly allows nothing, and is found out at night. */
function emptyRules(policy: INetworkPolicy, pods: readonly Pod[]): string[] {
  const name = nameOf(policy);
  const own = pods.filter(({ labels }) => selects(selectorOf(policy), labels));
  const inwards = (policy.spec?.ingress ?? []).flatMap(({ from = [], ports = [] }) => [
    ...missingPorts(name, own, ports),
    ...missingPeers(name, from, pods),
  ]);
  const outwards = (policy.spec?.egress ?? []).flatMap(({ to = [], ports = [] }) => [
    ...missingPeers(name, to, pods),
    ...to
      .filter((peer) => isOurs(peer))
      .flatMap(({ podSelector }) =>
        missingPorts(
          name,
          pods.filter(({ labels }) => selects(podSelector ?? {}, labels)),
          ports,
        ),
      ),
  ]);
  return [...unmet(name, { 'is for pods that there are': own.length > 0 }), ...inwards, ...outwards];
}

type Peer = NonNullable<NonNullable<NonNullable<INetworkPolicy['spec']>['ingress']>[number]['from']>[number];

/** Pods of the same namespace. */
function isOurs({ podSelector, namespaceSelector }: Peer): boolean {
  return podSelector !== undefined && namespaceSelector === undefined;
}

function missingPeers(name: string, peers: readonly Peer[], pods: readonly Pod[]): string[] {
  return peers
    .filter(isOurs)
    .filter(({ podSelector }) => !pods.some(({ labels }) => selects(podSelector ?? {}, labels)))
    .map(({ podSelector }) => `${name}: names pods that there are not: ${JSON.stringify(podSelector)}`);
}

function missingPorts(
  name: string,
  pods: readonly Pod[],
  ports: readonly { port?: string | number }[],
): string[] {
  const open = pods.flatMap(({ spec }) => spec.containers.flatMap((container) => container.ports ?? []));
  return ports
    .filter(({ port }) => !open.some(({ containerPort }) => containerPort === port))
    .map(({ port }) => `${name}: names port ${port}, on which none of its pods listens`);
}
