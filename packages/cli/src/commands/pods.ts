import { setTimeout as delay } from 'node:timers/promises';
import { askedToStop, createLogger } from '@hepastage/platform';
import { Command } from 'commander';
import { clusterAccess, serviceAccountFolder } from '../kubernetes/cluster-access.ts';
import { KubernetesApi } from '../kubernetes/kubernetes-api.ts';
import { PodMarker } from '../kubernetes/pod-marker.ts';
import { wholeNumber } from '../whole-number-option.ts';

interface Options {
  readonly selector: string;
  readonly intervalSeconds: number;
  readonly serviceAccount: string;
}

const selectorDefault = 'app.kubernetes.io/name=hepastage-worker';
const intervalSecondsDefault = 15;

/** `hepastage pods`: what a Kubernetes cluster is told of the workers that it runs. */
export function podsCommand(): Command {
  return new Command('pods')
    .description('tell a Kubernetes cluster of its workers')
    .addCommand(
      new Command('mark')
        .description(
          'mark each worker’s pod with the number of studies that it has in hand (controller.kubernetes.io/pod-deletion-cost), until told to stop; runs in a pod whose ServiceAccount may list and patch pods',
        )
        .option('--selector <labels>', 'which pods are workers', selectorDefault)
        .option(
          '--interval-seconds <seconds>',
          'pause after each round',
          wholeNumber(1),
          intervalSecondsDefault,
        )
        .option('--service-account <folder>', 'where token, ca.crt and namespace lie', serviceAccountFolder)
        .action(mark),
    );
}

async function mark({ selector, intervalSeconds, serviceAccount }: Options): Promise<void> {
  const api = new KubernetesApi(clusterAccess(serviceAccount, process.env));
  const logger = createLogger('pod-marker', 'info');
  const marker = new PodMarker({ api, selector, logger });
  const stopping = new AbortController();
  void askedToStop().then(() => stopping.abort());
  const { signal } = stopping;
  logger.info({ selector, intervalSeconds }, 'marking');
  while (!signal.aborted) {
    await marker.round(signal);
    await delay(intervalSeconds * 1_000, undefined, { signal }).catch(() => undefined);
  }
}
