import type { EncodedSlices } from '../model/model-outputs.ts';
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

/** Runs `count` slices [count,3,H,W]; the tensor is given away. */
export type RunBatch = (slices: Float32Array<ArrayBuffer>, count: number) => Promise<EncodedSlices>;

/** A stack of slices on its way through batches. */
interface Stack {
  readonly tensor: Float32Array;
  readonly slices: number;
  /** Slices handed to batches so far. */
  taken: number;
  /** Slices encoded so far. */
  done: number;
  encoded: EncodedSlices | undefined;
  readonly since: number;
  readonly outcome: PromiseWithResolvers<EncodedSlices>;
}

/** Consecutive slices of a stack within a batch. */
interface Share {
  readonly stack: Stack;
  readonly first: number;
  readonly count: number;
}

/**
 * Fills batches with slices of every study that is in flight, in order of arrival, so that the encoder always runs at its best size. A batch
 * leaves when it is full, or when its oldest slice has waited `delayMsMax`. A stack larger than a batch spans several.
 */
export class MicroBatcher {
  readonly #run: RunBatch;
  readonly #sliceLength: number;
  readonly #limits: BatchLimits;
  readonly #observe: (report: BatchReport) => void;
  readonly #waiting: Stack[] = [];
  readonly #slots: BatchSlots;
  readonly #pumpAgain = () => this.#pump();
  #timer: NodeJS.Timeout | undefined;

  /** `sliceLength`: values of one slice, 3·H·W. */
  constructor(
    run: RunBatch,
    sliceLength: number,
    {
      limits,
      slots,
      observe,
    }: { limits: BatchLimits; slots: BatchSlots; observe: (report: BatchReport) => void },
  ) {
    this.#run = run;
    this.#sliceLength = sliceLength;
    this.#limits = limits;
    this.#slots = slots;
    this.#observe = observe;
  }

  /** Encodes `tensor` [S,3,H,W]. An aborted stack leaves the queue; slices of it that are in a running batch are thrown away. */
  async encode(tensor: Float32Array, signal?: AbortSignal): Promise<EncodedSlices> {
    signal?.throwIfAborted();
    const stack: Stack = {
      tensor,
      slices: tensor.length / this.#sliceLength,
      taken: 0,
      done: 0,
      encoded: undefined,
      since: performance.now(),
      outcome: Promise.withResolvers(),
    };
    const abort = () => {
      this.#drop(stack);
      stack.outcome.reject(signal?.reason);
    };
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
      const patienceMs = oldest.since + this.#limits.delayMsMax - performance.now();
      if (waiting < this.#limits.slicesMax && patienceMs > 0) {
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
    let room = this.#limits.slicesMax;
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

  async #send(shares: readonly Share[]): Promise<void> {
    try {
      const count = shares.reduce((sum, share) => sum + share.count, 0);
      const batch = new Float32Array(count * this.#sliceLength);
      let at = 0;
      for (const { stack, first, count: slices } of shares) {
        batch.set(stack.tensor.subarray(first * this.#sliceLength, (first + slices) * this.#sliceLength), at);
        at += slices * this.#sliceLength;
      }
      this.#observe({ slices: count, jobs: shares.length });
      scatter(shares, await this.#run(batch, count));
    } catch (error) {
      for (const { stack } of shares) {
        this.#drop(stack);
        stack.outcome.reject(error);
      }
    } finally {
      this.#slots.release();
    }
  }

  #drop(stack: Stack): void {
    const index = this.#waiting.indexOf(stack);
    if (index >= 0) this.#waiting.splice(index, 1);
  }
}

/** Hands each stack its part of the batch's outputs; a stack that is complete is done. */
function scatter(shares: readonly Share[], batch: EncodedSlices): void {
  let from = 0;
  for (const { stack, first, count } of shares) {
    const encoded = (stack.encoded ??= emptyLike(batch, stack.slices));
    for (const name of ['tokens', 'attention', 'evidence'] as const) {
      const length = batch[name].length / batch.slices;
      encoded[name].set(batch[name].subarray(from * length, (from + count) * length), first * length);
    }
    from += count;
    stack.done += count;
    if (stack.done === stack.slices) stack.outcome.resolve(encoded);
  }
}

function emptyLike(batch: EncodedSlices, slices: number): EncodedSlices {
  const sized = (values: Float32Array) => new Float32Array((values.length / batch.slices) * slices);
  return {
    ...batch,
    slices,
    tokens: sized(batch.tokens),
    attention: sized(batch.attention),
    evidence: sized(batch.evidence),
  };
}
