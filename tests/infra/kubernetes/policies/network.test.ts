import { finds, without } from '../mistakes.ts';
import { named } from '../objects.ts';
import { networkPolicies } from './network.ts';

finds(networkPolicies, [
  ['no default deny', /deny what is not/, without('NetworkPolicy', 'default-deny')],
  ['no DNS', /ask for addresses/, without('NetworkPolicy', 'dns')],
  [
    'a pod that no policy knows',
    /pod-marker: has a NetworkPolicy/,
    without('NetworkPolicy', 'hepastage-pod-marker'),
  ],
  [
    'a door for everybody',
    /no pod to everybody/,
    (objects) => delete named(objects, 'NetworkPolicy', 'hepastage-scraped').spec!.ingress![0]!.from,
  ],
  [
    'a port that there is not',
    /names port 9102/,
    (objects) =>
      (named(objects, 'NetworkPolicy', 'hepastage-way-in').spec!.ingress![0]!.ports![0]!.port = 9102),
  ],
  [
    'metadata of the cloud',
    /cloud’s metadata/,
    (objects) =>
      delete named(objects, 'NetworkPolicy', 'hepastage-stores').spec!.egress![1]!.to![0]!.ipBlock!.except,
  ],
]);
