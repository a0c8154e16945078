import { deployment, finds, setting } from '../mistakes.ts';
import { type ClusterObject, ofKind } from '../objects.ts';
import { scaling } from './scaling.ts';

finds(scaling, [
  [
    'a worker that never rests',
    /starts with none/,
    (objects) => (ofKind(objects, 'ScaledObject')[0]!.spec.minReplicaCount = 1),
  ],
  [
    'a number beside an autoscaler',
    /not both/,
    (objects) => (deployment(objects, 'worker').spec!.replicas = 3),
  ],
  [
    'studies of high priority that start nobody',
    /counts every study/,
    query((text) => text.replace('prioritized|', '')),
  ],
  ['a last worker that is ended at work', /counts every study/, query((text) => text.replace('|active', ''))],
  [
    'retries that nobody puts back in line',
    /counts every study/,
    query((text) => text.replace('|delayed', '')),
  ],
  [
    'pushes that nobody sends',
    /pushes to the PACS/,
    query((text) => text.replace('pacs-pushes', 'webhooks')),
  ],
  [
    'each study once an API',
    /every API says once/,
    query((text) => text.replace('max by (queue, state)', '')),
  ],
  [
    'a metric that there is not',
    /metrics that there are/,
    query((text) => text.replaceAll('hepastage_queue_jobs', 'hepastage_queue_depth')),
  ],
  ['a metric of workers', /asks the APIs/, query((text) => `${text} + sum(hepastage_jobs_in_flight)`)],
  [
    'no answer that counts as none',
    /no answer for no answer/,
    (objects) => delete ofKind(objects, 'ScaledObject')[0]!.spec.triggers[0]!.metadata['ignoreNullValues'],
  ],
  ['no fallback', /goes on with what/, (objects) => delete ofKind(objects, 'ScaledObject')[0]!.spec.fallback],
  [
    'APIs that go before others have drained',
    /as long as it takes to drain/,
    (objects) => {
      const { behavior } = ofKind(objects, 'HorizontalPodAutoscaler')[0]!.spec;
      behavior!.scaleDown!.policies![0]!.periodSeconds = 60;
    },
  ],
  [
    'a worker that is ended at once',
    /one a minute/,
    (objects) =>
      (ofKind(
        objects,
        'ScaledObject',
      )[0]!.spec.advanced!.horizontalPodAutoscalerConfig!.behavior!.scaleDown!.stabilizationWindowSeconds =
        0),
  ],
  [
    'a threshold of other workers',
    /twice what/,
    setting('hepastage-worker', 'HEPASTAGE_JOBS_IN_FLIGHT', '2'),
  ],
]);

function query(change: (text: string) => string) {
  return (objects: ClusterObject[]) => {
    const { metadata } = ofKind(objects, 'ScaledObject')[0]!.spec.triggers[0]!;
    metadata['query'] = change(metadata['query']!);
  };
}
