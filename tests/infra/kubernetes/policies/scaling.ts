import { metricCatalogue } from '../../../../packages/platform/src/metrics/catalogue.ts';
import { nameOf, ofKind } from '../objects.ts';
import { apiConfigs, workerConfigs } from '../service-config.ts';
import { type Policy, unmet } from './policy.ts';

/** States that call for a worker: `failed` is over. Delayed jobs are put back in line by workers alone. */
const calling = metricCatalogue.hepastage_queue_jobs.labels.state.values.filter(
  (state) => state !== 'failed',
);

/** Whoever is scaled is not told a number by its manifest; and workers are scaled by all that there is for them to do. */
export const scaling: Policy = (objects) => {
  const scaled = new Set(
    [...ofKind(objects, 'HorizontalPodAutoscaler'), ...ofKind(objects, 'ScaledObject')].map(
      ({ spec }) => spec?.scaleTargetRef.name ?? '',
    ),
  );
  return [
    ...ofKind(objects, 'Deployment').flatMap((deployment) =>
      unmet(nameOf(deployment), {
        'has a number of replicas, or is scaled, not both':
          (deployment.spec?.replicas === undefined) === scaled.has(deployment.metadata?.name ?? ''),
      }),
    ),
    ...ofKind(objects, 'HorizontalPodAutoscaler').flatMap((autoscaler) =>
      unmet(nameOf(autoscaler), { 'keeps two at least': (autoscaler.spec?.minReplicas ?? 1) >= 2 }),
    ),
    ...apiScaling(objects),
    ...workerScaling(objects),
  ];
};

/** One API at a time goes, and the next when that one has drained. */
const apiScaling: Policy = (objects) =>
  ofKind(objects, 'HorizontalPodAutoscaler').flatMap((autoscaler) => {
    const drainSeconds = Math.max(...apiConfigs(objects).map(({ config }) => config.shutdownMsMax / 1_000));
    const down = autoscaler.spec?.behavior?.scaleDown;
    return unmet(nameOf(autoscaler), {
      'ends one at a time, as long as it takes to drain':
        (down?.stabilizationWindowSeconds ?? 0) >= 600 &&
        down?.policies?.length === 1 &&
        down.policies[0]?.type === 'Pods' &&
        down.policies[0].value === 1 &&
        down.policies[0].periodSeconds >= drainSeconds,
    });
  });

const workerScaling: Policy = (objects) =>
  ofKind(objects, 'ScaledObject').flatMap((scaledObject) => {
    const { spec } = scaledObject;
    const hasCanary = ofKind(objects, 'Deployment').some(({ metadata }) =>
      metadata?.name?.endsWith('-canary'),
    );
    const down = spec.advanced?.horizontalPodAutoscalerConfig?.behavior?.scaleDown;
    const [trigger] = spec.triggers;
    const metadata = trigger?.metadata ?? {};
    const config = workerConfigs(objects).find(({ owner }) =>
      owner.includes(`/${spec.scaleTargetRef.name} `),
    );
    return [
      ...unmet(nameOf(scaledObject), {
        // A canary beside no stable worker would have every study.
        'starts with none, or beside a canary with one': spec.minReplicaCount === (hasCanary ? 1 : 0),
        'ends the last only after a quarter of an hour': (spec.cooldownPeriod ?? 0) >= 900,
        'ends one a minute, after a quarter of an hour':
          (down?.stabilizationWindowSeconds ?? 0) >= 900 &&
          down?.policies?.length === 1 &&
          down.policies[0]?.type === 'Pods' &&
          down.policies[0].value === 1 &&
          down.policies[0].periodSeconds >= 60,
        'takes no answer for no answer': metadata['ignoreNullValues'] === 'false',
        'goes on with what it has while nobody knows':
          (spec.fallback?.replicas ?? 0) >= 1 && spec.fallback?.behavior === 'currentReplicasIfHigher',
        // KEDA falls back for averages alone.
        'asks for studies of each worker': trigger?.metricType === 'AverageValue',
        'starts the first for the first study': metadata['activationThreshold'] === '0',
        'has twice what a worker takes at once for each':
          Number(metadata['threshold']) === 2 * (config?.config.jobsInFlight ?? Number.NaN),
      }),
      ...queryProblems(nameOf(scaledObject), metadata['query'] ?? ''),
    ];
  });

function queryProblems(name: string, query: string): string[] {
  const metrics = [...query.matchAll(/\bhepastage_\w+/g)].map(([metric]) => metric);
  const selectors = [...query.matchAll(/max by \(queue, state\) \(hepastage_queue_jobs\{([^}]*)\}\)/g)].map(
    ([, text = '']) =>
      new Map([...text.matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, label, value]) => [label, value])),
  );
  const statesOf = (queue: string) =>
    selectors
      .find((selector) => selector.get('queue') === queue)
      ?.get('state')
      ?.split('|')
      .toSorted()
      .join();
  return unmet(name, {
    'asks for metrics that there are':
      metrics.length > 0 && metrics.every((metric) => metric in metricCatalogue),
    // Workers that are scaled to none export nothing.
    'asks the APIs': metrics.every((metric) =>
      (metricCatalogue as Record<string, { services: readonly string[] }>)[metric]?.services.every(
        (service) => service === 'api',
      ),
    ),
    'counts what every API says once': metrics.length === selectors.length,
    'counts every study that calls for a worker': statesOf('studies') === calling.toSorted().join(),
    'knows of pushes to the PACS': statesOf('pacs-pushes') === calling.toSorted().join(),
  });
}
