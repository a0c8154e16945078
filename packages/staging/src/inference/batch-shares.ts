import type { EncodedSlices } from '../model/model-outputs.ts';

/** A stack of slices on its way through batches. */
export interface Stack {
  readonly tensor: Float32Array;
  readonly slices: number;
  /** Slices handed to batches so far. */
  taken: number;
  /** Slices encoded so far. */
  done: number;
  encoded: EncodedSlices | undefined;
  /** Nobody waits for it any more: it was aborted, or a batch of it failed. */
  dropped: boolean;
  readonly since: number;
  readonly outcome: PromiseWithResolvers<EncodedSlices>;
}

/** Consecutive slices of a stack within a batch. */
export interface Share {
  readonly stack: Stack;
  readonly first: number;
  readonly count: number;
}

export function slicesOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { count }) => sum + count, 0);
}

/** The first `slices` slices of `shares`, and the rest. */
export function splitShares(shares: readonly Share[], slices: number): [head: Share[], rest: Share[]] {
  const [head, rest]: [Share[], Share[]] = [[], []];
  let room = slices;
  for (const { stack, first, count } of shares) {
    const taken = Math.min(room, count);
    if (taken > 0) head.push({ stack, first, count: taken });
    if (taken < count) rest.push({ stack, first: first + taken, count: count - taken });
    room -= taken;
  }
  return [head, rest];
}

/** The slices of `shares` as one tensor; `sliceLength`: values of one slice. */
export function gather(shares: readonly Share[], sliceLength: number): Float32Array<ArrayBuffer> {
  const batch = new Float32Array(slicesOf(shares) * sliceLength);
  let at = 0;
  for (const { stack, first, count } of shares) {
    batch.set(stack.tensor.subarray(first * sliceLength, (first + count) * sliceLength), at);
    at += count * sliceLength;
  }
  return batch;
}

/** Hands each stack its part of the batch's outputs; a stack that is complete is done. */
export function scatter(shares: readonly Share[], batch: EncodedSlices): void {
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
