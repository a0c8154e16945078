import { finds } from '../mistakes.ts';
import { ofKind } from '../objects.ts';
import { ownNamespace } from './namespace.ts';

finds(ownNamespace, [
  [
    'rights for an account elsewhere',
    /RoleBinding\/hepastage-pod-marker: gives/,
    (objects) => (ofKind(objects, 'RoleBinding')[0]!.subjects![0]!.namespace = 'hospital-a'),
  ],
  [
    'workers for studies of others',
    /ScaledObject\/hepastage-worker: asks/,
    (objects) => {
      const { metadata } = ofKind(objects, 'ScaledObject')[0]!.spec.triggers[0]!;
      metadata['query'] = metadata['query']!.replace('namespace="hepastage"', 'namespace="hospital-a"');
    },
  ],
  [
    'an object elsewhere',
    /Service\/hepastage-api: is in it/,
    (objects) => (ofKind(objects, 'Service')[0]!.metadata!.namespace = 'hospital-a'),
  ],
]);
