import { Ring } from './ring.ts';
import { Worker, type WorkerModel } from './worker.ts';

type PodState = 'starting' | 'ready' | 'leaving' | 'gone';

export interface Pod {
  readonly id: number;
  state: PodState;
  worker: Worker;
  /** When its node was asked for: from then on it costs. */
  readonly since: number;
  /** Since when it takes studies, or did; undefined: it never was, or has died since. */
  readySince: number | undefined;
  /** Changes whenever plans for it are void: it has died, or is gone. */
  life: number;
  isHungry: boolean;
}

/** What the pods cost and did. */
export interface FleetUse {
  podSeconds: number;
  readySeconds: number;
  coreSeconds: number;
  encoderSeconds: number;
}

/** The worker pods. Who comes, goes and is next to take a study. */
export class Fleet {
  readonly pods: Pod[] = [];
  /** Pods that starting and ready ones are among. */
  readonly #alive = new Set<Pod>();
  readonly #hungry = new Ring();
  readonly #model: WorkerModel;
  readonly use: FleetUse = { podSeconds: 0, readySeconds: 0, coreSeconds: 0, encoderSeconds: 0 };
  readonly #leaving = new Set<Pod>();

  constructor(model: WorkerModel) {
    this.#model = model;
  }

  /** Pods that there are to be: not those that leave. */
  get count(): number {
    return this.#alive.size;
  }

  /** All that cost. */
  get total(): number {
    return this.#alive.size + this.#leaving.size;
  }

  add(now: number): Pod {
    const pod: Pod = {
      id: this.pods.length,
      state: 'starting',
      worker: new Worker(this.#model),
      since: now,
      readySince: undefined,
      life: 0,
      isHungry: false,
    };
    this.pods.push(pod);
    this.#alive.add(pod);
    return pod;
  }

  becomeReady(pod: Pod, now: number): void {
    pod.state = 'ready';
    pod.readySince = now;
    this.offer(pod);
  }

  /** It has room for a study: it takes one when its turn comes, after those that have waited longer. */
  offer(pod: Pod): void {
    if (pod.isHungry || !canTake(pod)) return;
    pod.isHungry = true;
    this.#hungry.push(pod.id);
  }

  /** Who takes the next study. */
  nextHungry(): Pod | undefined {
    for (;;) {
      const id = this.#hungry.shift();
      if (id === undefined) return undefined;
      const pod = this.pods[id]!;
      pod.isHungry = false;
      if (canTake(pod)) return pod;
    }
  }

  /** The pods that go first: those that are not ready yet, then those with the fewest studies in hand (controller.kubernetes.io/pod-deletion-cost). */
  victims(count: number): Pod[] {
    const cost = (pod: Pod) => (pod.state === 'starting' ? -1 : pod.worker.inHand);
    return [...this.#alive].sort((one, other) => cost(one) - cost(other)).slice(0, count);
  }

  leave(pod: Pod): void {
    pod.state = 'leaving';
    this.#alive.delete(pod);
    this.#leaving.add(pod);
  }

  /** Its process has died; its container starts again. Returns what it had in hand. */
  die(pod: Pod, now: number): number[] {
    const dropped = pod.worker.drop(now);
    addWork(this.use, pod, now);
    pod.worker = new Worker(this.#model);
    pod.readySince = undefined;
    pod.state = 'starting';
    pod.life++;
    return dropped;
  }

  /** Returns what it still had in hand. */
  remove(pod: Pod, now: number): number[] {
    const dropped = pod.worker.drop(now);
    addWork(this.use, pod, now);
    this.use.podSeconds += now - pod.since;
    pod.state = 'gone';
    pod.life++;
    this.#alive.delete(pod);
    this.#leaving.delete(pod);
    return dropped;
  }

  /** What the fleet has cost until now. */
  close(now: number): FleetUse {
    const use = { ...this.use };
    for (const pod of [...this.#alive, ...this.#leaving]) {
      use.podSeconds += now - pod.since;
      addWork(use, pod, now);
    }
    return use;
  }
}

/** What the pod has done since it was ready. */
function addWork(use: FleetUse, { readySince, worker }: Pod, now: number): void {
  if (readySince === undefined) return;
  use.readySeconds += now - readySince;
  use.coreSeconds += worker.coreSeconds;
  use.encoderSeconds += worker.encoderSeconds;
}

function canTake({ state, worker }: Pod): boolean {
  return state === 'ready' && worker.inHand < worker.concurrency;
}
