import type { EncodedSlices } from '../../model/model-outputs.ts';
import { BatchSlots } from '../batch-slots.ts';
import { type BatchLimits, type BatchReport, MicroBatcher, type RunBatch } from '../micro-batcher.ts';

export const sliceLength = 2;

/** Slices whose values are all their own number. */
export const stackOf = (...values: number[]) => Float32Array.from(values.flatMap((value) => [value, value]));

/** An "encoder" whose token is twice the slice's first value, so that every output tells which slice it belongs to. */
export function encodeBatch(slices: Float32Array, count: number): EncodedSlices {
  const tokens = Float32Array.from({ length: count }, (_, slice) => 2 * slices[slice * sliceLength]!);
  return {
    slices: count,
    tokens,
    attention: tokens.slice(),
    evidence: tokens.slice(),
    mapHeight: 1,
    mapWidth: 1,
  };
}

/** A batcher with two places, what it tells of its batches, and its limit after each that did not fit into memory. */
export function batcherOf(run: RunBatch, limits: BatchLimits) {
  const reports: BatchReport[] = [];
  const lowered: number[] = [];
  const batcher = new MicroBatcher(run, sliceLength, {
    limits,
    slots: new BatchSlots(2),
    observer: {
      batch: (report) => reports.push(report),
      outOfMemory: (slicesMax) => lowered.push(slicesMax),
    },
  });
  return { batcher, reports, lowered };
}
