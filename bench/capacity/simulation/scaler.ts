/** What KEDA and the horizontal pod autoscaler are told (infra/k8s): counts are pods, times are seconds. */
export interface ScalerModel {
  readonly min: number;
  readonly max: number;
  /** Studies that wait, are delayed or in hand, for each pod. */
  readonly jobsPerPod: number;
  /** How long nothing must have been there before the last pod goes. */
  readonly cooldown: number;
  /** No fewer pods than were wanted at any time for so long. */
  readonly stabilisation: number;
  /** Pods that go, at most, within any `downPeriod`. */
  readonly downPods: number;
  readonly downPeriod: number;
  /** Pods that come, at most, within any `upPeriod`. */
  readonly upPods: number;
  readonly upPeriod: number;
}

/** The autoscaler lets a count be that is off by no more than this share (`--horizontal-pod-autoscaler-tolerance`). */
const tolerance = 0.1;

/** Decides at each look how many pods there should be. */
export class Scaler {
  readonly #model: ScalerModel;
  readonly #wanted: { at: number; pods: number }[] = [];
  readonly #ups: Change[] = [];
  readonly #downs: Change[] = [];
  #lastJob = -Infinity;

  constructor(model: ScalerModel) {
    this.#model = model;
  }

  /** `jobs`: what is in the queue, in hand included; `pods`: as many as there were to be until now. */
  decide(now: number, jobs: number, pods: number): number {
    const { min, max, cooldown } = this.#model;
    if (jobs > 0) this.#lastJob = now;
    if (min === max) return min;
    // KEDA: from none to one, and from the last one to none.
    if (pods === 0) return jobs > 0 ? Math.max(1, min) : 0;
    if (min === 0 && now - this.#lastJob >= cooldown) return 0;
    return this.#horizontal(now, jobs, pods);
  }

  #horizontal(now: number, jobs: number, pods: number): number {
    const { min, max, jobsPerPod, stabilisation, downPods, downPeriod, upPods, upPeriod } = this.#model;
    const isCloseEnough = Math.abs(jobs / (jobsPerPod * pods) - 1) <= tolerance;
    const wanted = isCloseEnough ? pods : Math.ceil(jobs / jobsPerPod);
    const bounded = Math.min(max, Math.max(1, min, wanted));
    const highest = this.#highest(now, bounded, stabilisation);
    if (bounded > pods) return pods + spend(this.#ups, now, upPeriod, upPods, bounded - pods);
    if (highest < pods) return pods - spend(this.#downs, now, downPeriod, downPods, pods - highest);
    return pods;
  }

  /** Most pods that were wanted within the last `seconds`. What a later, higher wish outdoes is forgotten. */
  #highest(now: number, pods: number, seconds: number): number {
    while (this.#wanted.length > 0 && this.#wanted.at(-1)!.pods <= pods) this.#wanted.pop();
    this.#wanted.push({ at: now, pods });
    while (this.#wanted[0]!.at < now - seconds) this.#wanted.shift();
    return this.#wanted[0]!.pods;
  }
}

/** So many pods came, or went. */
interface Change {
  readonly at: number;
  readonly pods: number;
}

/** As much of `wanted` as may be done now, when no more than `most` may be within any `period`. */
function spend(changes: Change[], now: number, period: number, most: number, wanted: number): number {
  while (changes.length > 0 && changes[0]!.at <= now - period) changes.shift();
  const pods = Math.min(wanted, most - changes.reduce((sum, change) => sum + change.pods, 0));
  if (pods > 0) changes.push({ at: now, pods });
  return pods;
}
