import type { Parameters } from '../assumptions.ts';
import type { Arrivals } from './arrivals.ts';
import { EventHeap } from './event-heap.ts';
import { Fleet, type FleetUse, type Pod } from './fleet.ts';
import { Lanes } from './lanes.ts';
import { scalerModel, workerModel } from './models.ts';
import { type Chances, exponential } from './random.ts';
import { Scaler } from './scaler.ts';
import { Studies } from './studies.ts';
import { Tally } from './tally.ts';
import type { DrawWork } from './work.ts';

const daySeconds = 24 * 3_600;
/** How long after the last study has come the run may last until all have ended, s. */
const drainMax = 2 * daySeconds;
/** Longest pause between tries, s. */
const retryDelayMax = 60;
/** A container that died is started again after so long, s. */
const restartBackoff = 10;

/** What may happen. */
const events = {
  arrive: 1,
  batch: 2,
  comeBack: 3,
  work: 4,
  retry: 5,
  stall: 6,
  look: 7,
  admit: 8,
  ready: 9,
  die: 10,
  reclaim: 11,
  kill: 12,
} as const;

export interface SimulationInput {
  readonly parameters: Parameters;
  readonly arrivals: Arrivals;
  readonly draw: DrawWork;
  readonly chances: Chances;
}

/** Studies, queue, workers and autoscaler, event by event. */
export class Simulation {
  readonly tally = new Tally();
  readonly studies = new Studies();
  readonly #p: Parameters;
  readonly #arrivals: Arrivals;
  readonly #draw: DrawWork;
  readonly #chances: Chances;
  readonly #heap = new EventHeap();
  readonly #lanes = new Lanes(this.studies);
  readonly #fleet: Fleet;
  readonly #scaler: Scaler;
  readonly #end: number;
  #now = 0;
  #isOpen = true;
  #isOver = false;
  #pods = 0;
  /** What the autoscaler was told at its last look. */
  #lastJobs = 0;
  #used: FleetUse | undefined;
  handled = 0;

  constructor({ parameters, arrivals, draw, chances }: SimulationInput) {
    this.#p = parameters;
    this.#arrivals = arrivals;
    this.#draw = draw;
    this.#chances = chances;
    this.#fleet = new Fleet(workerModel(parameters));
    this.#scaler = new Scaler(scalerModel(parameters));
    this.#end = parameters.days * daySeconds;
  }

  /** Pods, and what they did, until the last day was over. */
  get used(): FleetUse {
    return this.#used ?? this.#fleet.close(Math.min(this.#now, this.#end));
  }

  run(): void {
    this.#scaleTo(this.#p.workersMin, 0);
    this.#planArrival();
    this.#heap.plan(0, events.look);
    this.#heap.plan(0, events.admit);
    while (this.#heap.next()) {
      if (this.#heap.time > this.#end + drainMax) break;
      if (this.#heap.time >= this.#end) this.#used ??= this.#fleet.close(this.#end);
      this.#now = this.#heap.time;
      this.handled++;
      this.#handle(this.#heap.kind, this.#heap.subject, this.#heap.version);
      if (this.#isOver && this.studies.size === 0) break;
    }
  }

  #handle(kind: number, subject: number, version: number): void {
    switch (kind) {
      case events.arrive:
        return this.#arrive();
      case events.batch:
        return this.#batch(subject);
      case events.comeBack:
        return this.#send(subject);
      case events.retry:
        this.#lanes.push(subject);
        return this.#dispatch();
      case events.stall:
        this.#lanes.pushStalled(subject);
        return this.#dispatch();
      case events.look:
        return this.#look();
      case events.admit:
        this.#isOpen = this.#lanes.oldestAge(this.#now) < this.#p.queueAgeMax;
        return this.#heap.plan(this.#now + this.#p.admissionSeconds, events.admit);
      default:
        return this.#handlePod(kind, this.#fleet.pods[subject]!, version);
    }
  }

  #handlePod(kind: number, pod: Pod, version: number): void {
    if (kind === events.work) {
      if (version === pod.worker.version && pod.state !== 'gone') this.#work(pod);
      return;
    }
    if (version !== pod.life) return;
    if (kind === events.ready && pod.state === 'starting') return this.#ready(pod);
    if (kind === events.die) return this.#die(pod);
    if (kind === events.reclaim && pod.state === 'ready') return this.#reclaim(pod);
    if (kind === events.kill) return this.#remove(pod);
  }

  // Studies come.

  #planArrival(): void {
    const at = this.#arrivals.next();
    if (at === Infinity) this.#isOver = true;
    else this.#heap.plan(at, events.arrive);
  }

  #arrive(): void {
    const { studies } = this.#arrivals;
    if (studies > 1) this.#batch(studies);
    else this.#send(this.#newStudy(this.#chances.arrivals() < this.#statShareOfLone()));
    this.#planArrival();
  }

  /** Studies that come in batches are routine: among the others more are STAT. */
  #statShareOfLone(): number {
    return Math.min(1, this.#p.statShare / (1 - this.#p.burstShare || 1));
  }

  #batch(left: number): void {
    this.#send(this.#newStudy(false));
    if (left > 1) this.#heap.plan(this.#now + this.#p.burstSpacing, events.batch, left - 1);
  }

  #newStudy(isStat: boolean): number {
    this.tally.arrived[isStat ? 'stat' : 'routine']++;
    this.tally.hourOf(this.#now).arrived++;
    return this.studies.add(this.#now, isStat);
  }

  #send(study: number): void {
    if (this.#isOpen) {
      this.studies.acceptedAt[study] = this.#now;
      this.tally.accepted(this.#now);
      this.#lanes.push(study);
      return this.#dispatch();
    }
    this.tally.turnedAway++;
    const { admissionRetry, clientPatience } = this.#p;
    if (this.#now - this.studies.sentAt[study]! > clientPatience * 3_600) {
      this.tally.gaveUp++;
      return this.studies.remove(study);
    }
    const pause = admissionRetry * (1 + this.#chances.arrivals());
    this.#heap.plan(this.#now + pause, events.comeBack, study);
  }

  // Workers take them.

  #dispatch(): void {
    while (this.#lanes.size > 0) {
      const pod = this.#fleet.nextHungry();
      if (pod === undefined) return;
      const study = this.#lanes.take()!;
      const { worker } = pod;
      // One that may kill its worker runs alone (services/worker/src/isolation.ts).
      const isSuspect = this.studies.deaths[study]! > 0;
      if (isSuspect && worker.inHand > 0) {
        worker.concurrency = 1;
        this.#lanes.pushStalled(study);
        continue;
      }
      worker.concurrency = isSuspect ? 1 : this.#concurrencyOf(pod);
      this.#begin(pod, study);
      this.#fleet.offer(pod);
    }
  }

  #concurrencyOf({ worker }: Pod): number {
    return worker.inHand === 0 ? this.#p.jobsInFlight : worker.concurrency;
  }

  #begin(pod: Pod, study: number): void {
    this.tally.attempts++;
    const priority = this.#priorityOf(study);
    if (this.studies.tries[study]!++ === 0)
      this.tally.wait[priority].add(this.#now - this.studies.acceptedAt[study]!);
    if (this.studies.deaths[study]! >= this.#p.stalledMax) return this.#endStudy(study, 'failed');
    pod.worker.take(study, this.#draw(this.#chances.service), this.#now);
    this.#work(pod);
  }

  #work(pod: Pod): void {
    const { worker } = pod;
    const next = worker.run(this.#now, (study) => this.#attemptEnded(study));
    worker.version = (worker.version + 1) | 0;
    if (next < Infinity) this.#heap.plan(next, events.work, pod.id, worker.version);
    if (pod.state === 'leaving' && worker.inHand === 0) return this.#remove(pod);
    const wasHungry = pod.isHungry;
    this.#fleet.offer(pod);
    if (!wasHungry && pod.isHungry) this.#dispatch();
  }

  #attemptEnded(study: number): void {
    const { permanentFailures, transientFailures, jobAttempts, retryDelay } = this.#p;
    const chance = this.#chances.failures();
    if (chance < permanentFailures) return this.#endStudy(study, 'failed');
    if (chance >= permanentFailures + transientFailures) return this.#endStudy(study, 'succeeded');
    const charged = ++this.studies.charged[study]!;
    if (charged >= jobAttempts) return this.#endStudy(study, 'failed');
    this.tally.returned++;
    const longest = Math.min(retryDelayMax, retryDelay * 2 ** (this.studies.tries[study]! - 1));
    const pause = longest * (1 - this.#chances.failures() / 2);
    this.#heap.plan(this.#now + pause, events.retry, study);
  }

  #endStudy(study: number, how: 'succeeded' | 'failed'): void {
    const priority = this.#priorityOf(study);
    this.tally[how][priority]++;
    this.tally.timeToResult[priority].add(this.#now - this.studies.acceptedAt[study]!);
    this.tally.ended(this.#now);
    this.studies.remove(study);
  }

  #priorityOf(study: number): 'stat' | 'routine' {
    return this.studies.isStat[study] === 1 ? 'stat' : 'routine';
  }

  // Pods come and go.

  #look(): void {
    const { pollSeconds } = this.#p;
    const pods = this.#scaler.decide(this.#now, this.#lastJobs, this.#pods);
    this.#lastJobs = this.tally.inSystem;
    this.#scaleTo(pods, this.#p.nodeSeconds);
    this.tally.look(this.#now, this.#lanes.size, this.#fleet.total);
    this.#heap.plan(this.#now + pollSeconds, events.look);
  }

  /** Also replaces pods that are gone. */
  #scaleTo(pods: number, nodeSeconds: number): void {
    this.#pods = pods;
    while (this.#fleet.count < pods) {
      const pod = this.#fleet.add(this.#now);
      this.tally.workersStarted++;
      // At the very beginning they are there.
      const start = this.#now === 0 ? 0 : nodeSeconds + this.#p.workerStart;
      this.#heap.plan(this.#now + start, events.ready, pod.id, pod.life);
    }
    const surplus = this.#fleet.count - pods;
    if (surplus > 0) for (const pod of this.#fleet.victims(surplus)) this.#leave(pod, this.#p.shutdownMax);
  }

  #ready(pod: Pod): void {
    this.#fleet.becomeReady(pod, this.#now);
    const { workerDeaths, spotLosses } = this.#p;
    const planLoss = (kind: number, perHour: number) => {
      const at = this.#now + exponential(this.#chances.losses, perHour / 3_600);
      if (at < Infinity) this.#heap.plan(at, kind, pod.id, pod.life);
    };
    planLoss(events.die, workerDeaths);
    planLoss(events.reclaim, spotLosses);
    this.#dispatch();
  }

  #leave(pod: Pod, grace: number): void {
    this.#fleet.leave(pod);
    if (pod.worker.inHand === 0) this.#remove(pod);
    else this.#heap.plan(this.#now + grace, events.kill, pod.id, pod.life);
  }

  /** What it has in hand goes back to the end of its lane, uncharged. */
  #remove(pod: Pod): void {
    for (const study of this.#fleet.remove(pod, this.#now)) this.#lanes.push(study);
    this.#dispatch();
  }

  /** The queue finds out when the locks have run out. */
  #die(pod: Pod): void {
    this.tally.workerDeaths++;
    const isLeaving = pod.state === 'leaving';
    const { lockSeconds, workerStart } = this.#p;
    for (const study of this.#fleet.die(pod, this.#now)) {
      this.studies.deaths[study]!++;
      const found = lockSeconds * (1 + this.#chances.losses() / 2);
      this.#heap.plan(this.#now + found, events.stall, study);
    }
    if (isLeaving) return this.#remove(pod);
    this.#heap.plan(this.#now + restartBackoff + workerStart, events.ready, pod.id, pod.life);
  }

  /** The node is taken back; the next look of the autoscaler's controller replaces the pod. */
  #reclaim(pod: Pod): void {
    this.tally.spotLosses++;
    this.#leave(pod, Math.min(this.#p.shutdownMax, this.#p.spotNotice));
  }
}
