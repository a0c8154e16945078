import type { EncodedSlices } from '../model/model-outputs.ts';

export interface HeatOfStage {
  /** [S,h,w], 0 to 1; the hottest place of the study's sequence is 1. */
  readonly heat: Float32Array;
  /** Slice that the decision leans on most. */
  readonly keySlice: number;
}

/**
 * Where the evidence for `stage` lies: its class-evidence map above the mean of all stages, weighted by the encoder's spatial and the stager's
 * slice attention. No backward pass is needed. All zero where nothing speaks for the stage more than for the others.
 */
export function heatOfStage(
  encoded: EncodedSlices,
  stage: number,
  sliceAttention: readonly number[],
): HeatOfStage {
  const { slices, mapHeight, mapWidth, attention, evidence } = encoded;
  const area = mapHeight * mapWidth;
  const stages = evidence.length / (slices * area);
  const heat = new Float32Array(slices * area);
  let hottest = 0;
  for (let slice = 0; slice < slices; slice++) {
    const weight = sliceAttention[slice] ?? 0;
    for (let place = 0; place < area; place++) {
      let sum = 0;
      for (let other = 0; other < stages; other++) sum += evidence[(slice * stages + other) * area + place]!;
      const above = evidence[(slice * stages + stage) * area + place]! - sum / stages;
      const value = Math.max(0, above) * attention[slice * area + place]! * weight;
      heat[slice * area + place] = value;
      hottest = Math.max(hottest, value);
    }
  }
  if (hottest > 0) for (let index = 0; index < heat.length; index++) heat[index]! /= hottest;
  return { heat, keySlice: indexOfLargest(sliceAttention) };
}

export function indexOfLargest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? -Infinity) ? index : best), 0);
}
