import type { Preprocessing } from '@hepastage/proto';
import { constantImage } from '../voxel-survey.ts';
import type { Body } from './body.ts';
import { percentiles } from './percentile.ts';
import type { IntensityScale } from './slice-stack.ts';

/** Smallest spread, relative to the values themselves, that is contrast rather than rounding: float32 has 7 digits. */
const stdRatioMin = 1e-6;

/** The scale that the body's values give. Throws CONSTANT_IMAGE if the body has no contrast. */
export function intensityOf({ values }: Body, how: Preprocessing): IntensityScale {
  const clipped = values.slice();
  const [lower, upper] = percentiles(clipped, [how.lowerPercentile, how.upperPercentile]) as [number, number];
  let sum = 0;
  for (let n = 0; n < clipped.length; n++) sum += clipped[n] = Math.min(upper, Math.max(lower, clipped[n]!));
  const mean = sum / clipped.length;
  let squares = 0;
  for (let n = 0; n < clipped.length; n++) squares += (clipped[n]! - mean) ** 2;
  const std = Math.sqrt(squares / clipped.length);
  // Values near the end of float64 overflow: no scale can be made of them either.
  const magnitude = Math.max(Math.abs(lower), Math.abs(upper));
  const hasContrast = upper > lower && std > stdRatioMin * magnitude && std < Infinity;
  if (!hasContrast) throw constantImage(mean);
  return { lower, upper, mean, std };
}

/** Intensity of padding, and of everything outside the volume. */
export function paddingOf({ lower, mean, std }: IntensityScale): number {
  return (lower - mean) / std;
}
