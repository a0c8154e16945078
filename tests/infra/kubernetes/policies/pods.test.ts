import { edit, finds } from '../mistakes.ts';
import { images, leastPrivilege, probes, resources } from './pods.ts';

finds(leastPrivilege, [
  [
    'root',
    /api: runs as a user that is not root/,
    edit('api', ({ pod }) => (pod.securityContext!.runAsUser = 0)),
  ],
  ['a user by name', /not root, by number/, edit('api', ({ pod }) => delete pod.securityContext!.runAsUser)],
  ['no seccomp profile', /seccomp/, edit('worker', ({ pod }) => delete pod.securityContext!.seccompProfile)],
  [
    'a token for a worker',
    /worker: has a token/,
    edit('worker', ({ pod }) => (pod.automountServiceAccountToken = true)),
  ],
  [
    'a token by default',
    /worker: has a token/,
    edit('worker', ({ pod }) => delete pod.automountServiceAccountToken),
  ],
  ['links to services', /made of Services/, edit('api', ({ pod }) => delete pod.enableServiceLinks)],
  [
    'a folder of the node',
    /shares nothing/,
    edit('api', ({ pod }) => pod.volumes!.push({ name: 'a', hostPath: { path: '/' } })),
  ],
  [
    'a writable root',
    /can’t write/,
    edit('worker', ({ container }) => delete container.securityContext!.readOnlyRootFilesystem),
  ],
  [
    'an init container’s writable root',
    /worker model: can’t write/,
    edit('worker', ({ pod }) => delete pod.initContainers![0]!.securityContext!.readOnlyRootFilesystem),
  ],
  [
    'more privileges',
    /can’t gain/,
    edit('worker', ({ container }) => delete container.securityContext!.allowPrivilegeEscalation),
  ],
  [
    'a capability',
    /has no cap/,
    edit('worker', ({ container }) => (container.securityContext!.capabilities!.add = ['NET_ADMIN'])),
  ],
]);

finds(resources, [
  [
    'no limit of memory',
    /as much memory/,
    edit('api', ({ container }) => delete container.resources!.limits),
  ],
  [
    'memory of others',
    /as much memory/,
    edit('api', ({ container }) => (container.resources!.requests!['memory'] = '1Gi')),
  ],
]);

finds(probes, [
  ['no start', /all three probes/, edit('worker', ({ container }) => delete container.startupProbe)],
  [
    'an impatient start',
    /ten minutes/,
    edit('worker', ({ container }) => (container.startupProbe!.failureThreshold = 3)),
  ],
  [
    'liveness that asks for stores',
    /whether it lives/,
    edit('api', ({ container }) => (container.livenessProbe!.httpGet!.path = '/readyz')),
  ],
  [
    'APIs that all go with a store',
    /whether it is ready/,
    edit('api', ({ container }) => (container.readinessProbe!.httpGet!.path = '/readyz')),
  ],
  [
    'an impatient liveness',
    /a minute of silence/,
    edit('worker', ({ container }) => (container.livenessProbe!.failureThreshold = 1)),
  ],
  [
    'a probe of another port',
    /ports of its own/,
    edit('api', ({ container }) => (container.readinessProbe!.httpGet!.port = 'health')),
  ],
  [
    'a hook',
    /eats of its grace/,
    edit('api', ({ container }) => (container.lifecycle = { preStop: { sleep: { seconds: 10 } } })),
  ],
]);

finds(images, [
  [
    'the latest image',
    /api: has its image pinned/,
    edit('api', ({ container }) => (container.image = 'registry.example/hepastage/api:latest')),
  ],
  [
    'an image by tag',
    /worker: has its image pinned/,
    edit('worker', ({ container }) => (container.image = 'registry.example/hepastage/worker:1.0.0')),
  ],
]);
