import { ofKind, selects } from '../objects.ts';
import { apiConfigs, workerConfigs } from '../service-config.ts';
import { type Policy, unmet } from './policy.ts';

/** Where settings send something a NetworkPolicy lets it go, and the other way round: each by itself does nothing, and says nothing. */
export const waysOut: Policy = (objects) =>
  [...apiConfigs(objects), ...workerConfigs(objects)].flatMap(({ owner, pod, config }) => {
    const may = (name: string) =>
      ofKind(objects, 'NetworkPolicy').some(
        ({ metadata, spec }) => metadata?.name === name && selects(spec?.podSelector ?? {}, pod.labels),
      );
    const traces = config.otlpEndpoint !== undefined;
    const pushes = 'pacsUrl' in config && config.pacsUrl !== undefined;
    return unmet(owner, {
      'reaches its collector of traces, and has one': traces === may('hepastage-traces'),
      'lets no stranger decide what is traced': !traces || config.tracesSampler === 'traceidratio',
      'reaches its PACS, and has one': pushes === may('hepastage-pacs'),
    });
  });
