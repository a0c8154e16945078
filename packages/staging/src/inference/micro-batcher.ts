import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { EncodedSlices } from '../model/model-outputs.ts';
import { gather, scatter, type Share, slicesOf, splitShares, type Stack } from './batch-shares.ts';
import type { BatchSlots } from './batch-slots.ts';

export interface BatchLimits {
  /** Most slices of a batch: what bounds the memory of a run. */
  readonly slicesMax: number;
  /** Longest that a slice waits for company, ms. */
  readonly delayMsMax: number;
}

/** What a batch was made of: for metrics. */
export interface BatchReport {
  readonly slices: number;
  readonly jobs: number;
}

interface BatchObserver {
  batch(report: BatchReport): void;
  /** A batch did not fit into memory; from now on one has at most `slicesMax` slices. */
  outOfMemory(slicesMax: number): void;
}

/** Runs `count` slices [count,3,H,W]; the tensor is given away. Rejects with OUT_OF_MEMORY where fewer slices may succeed. */
export type RunBatch = (slices: Float32Array<ArrayBuffer>, count: number) => Promise<EncodedSlices>;

/**
 * Fills batches with slices of every study that is in flight, in order of arrival, so that the encoder always runs at its best size. A batch
 * leaves when it is full, or when its oldest slice has waited `delayMsMax`. A stack larger than a batch spans several.
 *
 * A batch that does not fit into memory is run again in halves, one after the other in its own place, and no later batch is larger than those: the limit
 * stays where it is until the process starts again, because whoever holds the memory now may hold it for long, and every try to grow costs a failed run.
 */
export class MicroBatcher {
  readonly #run: RunBatch;
  readonly #sliceLength: number;
  readonly #delayMsMax: number;
  readonly #observer: BatchObserver;
  readonly #waiting: Stack[] = [];
  readonly #slots: BatchSlots;
  readonly #pumpAgain = () => this.#pump();
  #slicesMax: number;
  #timer: NodeJS.Timeout | undefined;

  /** `sliceLength`: values of one slice, 3·H·W. */
  constructor(
    run: RunBatch,
    sliceLength: number,
    { limits, slots, observer }: { limits: BatchLimits; slots: BatchSlots; observer: BatchObserver },
  ) {
    this.#run = run;
    this.#sliceLength = sliceLength;
    this.#slicesMax = limits.slicesMax;
    this.#delayMsMax = limits.delayMsMax;
    this.#slots = slots;
    this.#observer = observer;
  }

  /** Most slices of a batch as of now. */
  get slicesMax(): number {
    return this.#slicesMax;
  }

  /**
   * Encodes `tensor` [S,3,H,W]. An aborted stack leaves the queue; slices of it that are in a running batch are thrown away.
   * Throws OUT_OF_MEMORY where not even a single slice fits.
   */
  async encode(tensor: Float32Array, signal?: AbortSignal): Promise<EncodedSlices> {
    signal?.throwIfAborted();
    const stack: Stack = {
      tensor,
      slices: tensor.length / this.#sliceLength,
      taken: 0,
      done: 0,
      encoded: undefined,
      dropped: false,
      since: performance.now(),
      outcome: Promise.withResolvers(),
    };
    const abort = () => this.#drop(stack, signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(stack);
    this.#pump();
    try {
      return await stack.outcome.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  #pump(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const oldest = this.#waiting[0];
      if (oldest === undefined) return;
      const waiting = this.#waiting.reduce((sum, stack) => sum + stack.slices - stack.taken, 0);
      const patienceMs = oldest.since + this.#delayMsMax - performance.now();
      if (waiting < this.#slicesMax && patienceMs > 0) {
        this.#timer = setTimeout(this.#pumpAgain, patienceMs);
        return;
      }
      if (!this.#slots.take(this.#pumpAgain)) return;
      void this.#send(this.#fill());
    }
  }

  /** Takes the oldest slices, as many as a batch holds. */
  #fill(): Share[] {
    const shares: Share[] = [];
    let room = this.#slicesMax;
    while (room > 0) {
      const [stack] = this.#waiting;
      if (stack === undefined) break;
      const count = Math.min(room, stack.slices - stack.taken);
      shares.push({ stack, first: stack.taken, count });
      stack.taken += count;
      room -= count;
      if (stack.taken === stack.slices) this.#waiting.shift();
    }
    return shares;
  }

  /** Encodes `shares` in the place that was taken for them: as one batch, or, once that did not fit, as one after the other. */
  async #send(shares: readonly Share[]): Promise<void> {
    let left = shares;
    while (left.length > 0) {
      const [batch, rest] = splitShares(left, this.#slicesMax);
      const ended = await this.#encodeBatch(batch);
      left = (ended ? rest : left).filter(({ stack }) => !stack.dropped);
    }
    this.#slots.release();
  }

  /** Whether the batch came to an end, good or bad: if not, smaller ones may fit. */
  async #encodeBatch(shares: readonly Share[]): Promise<boolean> {
    const slices = slicesOf(shares);
    try {
      this.#observer.batch({ slices, jobs: shares.length });
      scatter(shares, await this.#run(gather(shares, this.#sliceLength), slices));
    } catch (error) {
      if (isOutOfMemory(error)) {
        // Batches that ran at the same time do not halve it twice.
        this.#slicesMax = Math.min(this.#slicesMax, Math.ceil(slices / 2));
        this.#observer.outOfMemory(this.#slicesMax);
        if (slices > 1) return false;
      }
      for (const { stack } of shares) this.#drop(stack, error);
    }
    return true;
  }

  #drop(stack: Stack, reason: unknown): void {
    const index = this.#waiting.indexOf(stack);
    if (index >= 0) this.#waiting.splice(index, 1);
    stack.dropped = true;
    stack.outcome.reject(reason);
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof HepastageError && error.code === ErrorCode.OUT_OF_MEMORY;
}
