import { deployment, edit, finds, without } from '../mistakes.ts';
import { availability } from './availability.ts';

finds(availability, [
  ['no budget', /api: has one PodDisruptionBudget/, without('PodDisruptionBudget', 'hepastage-api')],
  ['no spread', /spread over nodes/, edit('worker', ({ pod }) => delete pod.topologySpreadConstraints)],
  [
    'a rollout with nobody',
    /replaced before/,
    (objects) => (deployment(objects, 'api').spec!.strategy!.rollingUpdate!.maxUnavailable = 1),
  ],
  [
    'a rollout that begins with the only worker',
    /replaced before/,
    (objects) => (deployment(objects, 'worker').spec!.strategy!.rollingUpdate!.maxUnavailable = 1),
  ],
  [
    'a selector of others’ pods',
    /selects its own/,
    (objects) => (deployment(objects, 'api').spec!.selector.matchLabels = { a: 'b' }),
  ],
]);
