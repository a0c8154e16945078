import type { Logger } from '@hepastage/platform';
import { HepastageError } from '@hepastage/proto';
import { jobsInFlight } from './jobs-in-flight.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { deletionCost, type WorkerPod, workerPodOf } from './worker-pod.ts';

/** Pods that are asked and marked at once. */
const lanes = 16;

export interface PodMarkerOptions {
  readonly api: KubernetesApi;
  /** Labels of the workers, as Kubernetes writes them: `app=worker,track!=canary`. */
  readonly selector: string;
  readonly logger: Logger;
}

/**
 * Marks each worker with the number of studies that it has in hand, so that a ReplicaSet that must shrink ends an idle one. It is a wish: what it can't find out
 * or write stays as it is, and is tried again in the next round.
 *
 * A process of its own, and not the worker itself: workers parse hostile files, and whoever may patch pods may change their images.
 */
export class PodMarker {
  readonly #options: PodMarkerOptions;
  /** What was last said of each pod, or of all of them: the same trouble is told once. */
  readonly #troubles = new Map<string, string>();

  constructor(options: PodMarkerOptions) {
    this.#options = options;
  }

  /** Looks at all workers once. Throws nothing. */
  async round(signal: AbortSignal): Promise<void> {
    const pods: WorkerPod[] = [];
    const isListed = await this.#attempt('', signal, async () => {
      for await (const pod of this.#options.api.pods(this.#options.selector, signal)) {
        const worker = workerPodOf(pod);
        if (worker !== undefined) pods.push(worker);
      }
    });
    if (!isListed) return;
    this.#forgetAllBut(pods);
    const left = pods.values();
    const lane = async () => {
      for (const pod of left) await this.#attempt(pod.name, signal, async () => this.#mark(pod, signal));
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async #mark({ name, url, cost }: WorkerPod, signal: AbortSignal): Promise<void> {
    const count = String(await jobsInFlight(url, signal));
    if (count === (cost ?? '0')) return;
    await this.#options.api.annotate(name, { [deletionCost]: count }, signal);
    this.#options.logger.info({ pod: name, inFlight: Number(count) }, 'marked');
  }

  /** Whether it succeeded. */
  async #attempt(pod: string, signal: AbortSignal, step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      this.#troubles.delete(pod);
      return true;
    } catch (error) {
      const { message } = HepastageError.from(error);
      if (!signal.aborted && this.#troubles.get(pod) !== message)
        this.#options.logger.warn({ ...(pod !== '' && { pod }), err: error }, 'not marked');
      this.#troubles.set(pod, message);
      return false;
    }
  }

  #forgetAllBut(pods: readonly WorkerPod[]): void {
    const names = new Set(pods.map(({ name }) => name));
    for (const pod of this.#troubles.keys()) if (!names.has(pod)) this.#troubles.delete(pod);
  }
}
