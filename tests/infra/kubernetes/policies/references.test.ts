import { edit, finds, without } from '../mistakes.ts';
import { named } from '../objects.ts';
import { references } from './references.ts';

finds(references, [
  [
    'a ConfigMap that there is not',
    /names ConfigMap\/other/,
    edit('api', ({ container }) => (container.envFrom![0]!.configMapRef!.name = 'other')),
  ],
  [
    'a Secret that nobody makes',
    /hepastage-redis\/password/,
    edit(
      'api',
      ({ pod }) =>
        (pod.volumes!.find(({ name }) => name === 'secrets')!.projected!.sources![0]!.secret!.items![0]!.key =
          'password'),
    ),
  ],
  [
    'a Secret in the manifests',
    /in no manifest/,
    (objects) => objects.push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }),
  ],
  [
    'a secret in a variable',
    /files alone/,
    edit('api', ({ container }) =>
      container.env!.push({
        name: 'A',
        valueFrom: { secretKeyRef: { name: 'hepastage-redis', key: 'url' } },
      }),
    ),
  ],
  [
    'a Service that leads nowhere',
    /Service\/hepastage-api: leads to ports/,
    edit('api', ({ container }) => (container.ports![0]!.name = 'web')),
  ],
  [
    'an account that there is not',
    /names ServiceAccount\/hepastage-worker/,
    without('ServiceAccount', 'hepastage-worker'),
  ],
  [
    'a scrape of another port',
    /PodMonitor\/hepastage-worker: asks/,
    (objects) =>
      (named(objects, 'PodMonitor', 'hepastage-worker').spec.podMetricsEndpoints![0]!.port = 'metrics'),
  ],
]);
