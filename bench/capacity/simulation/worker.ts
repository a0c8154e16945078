import { Batcher, type EncoderModel } from './batcher.ts';
import type { StudyWork } from './work.ts';

/** What a worker pod has, and how it works. */
export interface WorkerModel {
  readonly cores: number;
  readonly jobsInFlight: number;
  /** Threads that decode and preprocess. */
  readonly imagingThreads: number;
  /** Threads that one study occupies while it is prepared, and while it is finished, on average. */
  readonly prepareThreads: number;
  readonly finishThreads: number;
  /** Share of the finishing of a study in which the main thread is busy: it is one for all studies. */
  readonly mainThreadShare: number;
  readonly encoder: EncoderModel;
  /** Where the encoders run: on the worker's cores, or on a GPU of its own. */
  readonly encoderOnGpu: boolean;
}

const empty = 0;
const fetching = 1;
const preparing = 2;
const encoding = 3;
const finishing = 4;

/** What rounding leaves of a piece of work that is done, s. */
const done = 1e-9;

/**
 * A worker's studies share its cores as threads do: each that wants one gets one, or all get the same share of too few. Nothing happens within
 * between two calls of `run`.
 */
export class Worker {
  readonly #model: WorkerModel;
  readonly #phases: Uint8Array;
  readonly #remaining: Float64Array;
  readonly #works: StudyWork[] = [];
  readonly #studies: Int32Array;
  readonly #batcher: Batcher;
  /** Seconds of work that are done a second, by phase, and of the batch that runs. */
  readonly #rates = new Float64Array(5);
  #encoderRate = 1;
  #at = 0;
  /** Which of its plans counts. */
  version = 0;
  inHand = 0;
  /** 1 while it takes studies one by one (services/worker/src/isolation.ts). */
  concurrency: number;
  /** Time for which its cores and its encoder were busy so far, core-seconds and s. */
  coreSeconds = 0;
  encoderSeconds = 0;

  constructor(model: WorkerModel) {
    this.#model = model;
    this.concurrency = model.jobsInFlight;
    this.#phases = new Uint8Array(model.jobsInFlight);
    this.#remaining = new Float64Array(model.jobsInFlight);
    this.#studies = new Int32Array(model.jobsInFlight);
    this.#batcher = new Batcher(model.encoder, model.jobsInFlight);
  }

  /** Begins a study. `run` must follow. */
  take(study: number, work: StudyWork, now: number): void {
    this.#advance(now);
    const slot = this.#phases.indexOf(empty);
    this.#studies[slot] = study;
    this.#works[slot] = work;
    this.#phases[slot] = fetching;
    this.#remaining[slot] = work.fetch;
    this.inHand++;
  }

  /** Works up to `now`. Says which studies are ready, and returns when to run again. */
  run(now: number, onDone: (study: number) => void): number {
    this.#advance(now);
    if (this.#batcher.isBusy && this.#batcher.remaining <= done)
      for (const slot of this.#batcher.end()) this.#enter(slot, finishing, this.#works[slot]!.finish);
    for (let slot = 0; slot < this.#phases.length; slot++) {
      while (this.#isDone(slot)) this.#leave(slot, now, onDone);
    }
    const batchDue = this.#batcher.begin(now);
    this.#setRates();
    return Math.min(batchDue, now + this.#untilNext());
  }

  /** Lets go of everything in hand. */
  drop(now: number): number[] {
    this.#advance(now);
    const dropped: number[] = [];
    this.#phases.forEach((phase, slot) => {
      if (phase !== empty) dropped.push(this.#studies[slot]!);
    });
    this.#phases.fill(empty);
    this.#batcher.clear();
    this.inHand = 0;
    return dropped;
  }

  #isDone(slot: number): boolean {
    const phase = this.#phases[slot]!;
    return phase !== empty && phase !== encoding && this.#remaining[slot]! <= done;
  }

  #leave(slot: number, now: number, onDone: (study: number) => void): void {
    const work = this.#works[slot]!;
    switch (this.#phases[slot]) {
      case fetching:
        return this.#enter(slot, preparing, work.prepare);
      case preparing:
        if (work.slices === 0) return this.#enter(slot, finishing, work.finish);
        this.#phases[slot] = encoding;
        return this.#batcher.add(slot, work.slices, now);
      default:
        this.#phases[slot] = empty;
        this.inHand--;
        onDone(this.#studies[slot]!);
    }
  }

  #enter(slot: number, phase: number, seconds: number): void {
    this.#phases[slot] = phase;
    this.#remaining[slot] = seconds;
  }

  #advance(now: number): void {
    const elapsed = now - this.#at;
    this.#at = now;
    if (elapsed <= 0 || this.inHand === 0) return;
    const { prepareThreads, finishThreads, cores, encoderOnGpu } = this.#model;
    let coresBusy = 0;
    for (let slot = 0; slot < this.#phases.length; slot++) {
      const phase = this.#phases[slot]!;
      if (phase === empty || phase === encoding) continue;
      this.#remaining[slot]! -= elapsed * this.#rates[phase]!;
      if (phase === preparing) coresBusy += prepareThreads * this.#rates[phase]!;
      if (phase === finishing) coresBusy += finishThreads * this.#rates[phase]!;
    }
    if (this.#batcher.isBusy) {
      this.#batcher.remaining -= elapsed * this.#encoderRate;
      this.encoderSeconds += elapsed;
      if (!encoderOnGpu) coresBusy += cores * this.#encoderRate;
    }
    this.coreSeconds += elapsed * coresBusy;
  }

  #setRates(): void {
    const { cores, imagingThreads, prepareThreads, finishThreads, mainThreadShare, encoderOnGpu } =
      this.#model;
    let [inPreparation, inFinish] = [0, 0];
    for (const phase of this.#phases) {
      if (phase === preparing) inPreparation++;
      else if (phase === finishing) inFinish++;
    }
    const preparingThreads = Math.min(prepareThreads * inPreparation, imagingThreads);
    // More studies than this at once have to wait for the main thread.
    const finishers = mainThreadShare > 0 ? Math.min(inFinish, 1 / mainThreadShare) : inFinish;
    const encoderThreads = this.#batcher.isBusy && !encoderOnGpu ? cores : 0;
    const threads = preparingThreads + finishThreads * finishers + encoderThreads;
    const share = threads > cores ? cores / threads : 1;
    this.#rates[fetching] = 1;
    this.#rates[preparing] = share * (preparingThreads / (prepareThreads * inPreparation || 1));
    this.#rates[finishing] = share * (finishers / (inFinish || 1));
    this.#encoderRate = encoderOnGpu ? 1 : share;
  }

  #untilNext(): number {
    let soonest = this.#batcher.isBusy ? this.#batcher.remaining / this.#encoderRate : Infinity;
    for (let slot = 0; slot < this.#phases.length; slot++) {
      const phase = this.#phases[slot]!;
      if (phase === empty || phase === encoding) continue;
      soonest = Math.min(soonest, this.#remaining[slot]! / this.#rates[phase]!);
    }
    return soonest;
  }
}
