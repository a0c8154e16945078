import { finds } from '../mistakes.ts';
import { type ClusterObject, named } from '../objects.ts';
import { egress } from './egress.ts';

finds(egress, [
  [
    'an object store that may be anywhere',
    /Deployment\/hepastage-api: reaches 10\.0\.0\.0\/8 by NetworkPolicy\/hepastage-stores/,
    (objects) => (rule(objects, 'hepastage-stores', 1).to![0]!.ipBlock!.except = ['169.254.0.0/16']),
  ],
  [
    'a Redis in any private network',
    /Deployment\/hepastage-worker: reaches 172\.16\.0\.0\/12/,
    (objects) => (rule(objects, 'hepastage-stores', 0).to![0]!.ipBlock!.cidr = '172.16.0.0/12'),
  ],
  [
    'a PACS in a part of one',
    /hepastage-worker: reaches 192\.168\.0\.0\/16/,
    (objects) => (rule(objects, 'hepastage-stores', 0).to![0]!.ipBlock!.cidr = '192.168.7.0/24'),
  ],
  [
    'private addresses of IPv6',
    /hepastage-api: reaches fc00::\/7/,
    (objects) => (rule(objects, 'hepastage-api', 0).to![1]!.ipBlock!.cidr = '::/0'),
  ],
  [
    'a pod marker that reaches a node’s credentials',
    /pod-marker: reaches 169\.254/,
    (objects) => delete rule(objects, 'hepastage-pod-marker', 1).to![0]!.ipBlock!.except,
  ],
]);

function rule(objects: readonly ClusterObject[], name: string, index: number) {
  return named(objects, 'NetworkPolicy', name).spec!.egress![index]!;
}
