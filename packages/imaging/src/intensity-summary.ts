import { percentiles } from './preprocess/percentile.ts';
import type { Volume } from './volume.ts';

const percents = [1, 5, 25, 50, 75, 95, 99] as const;

/** How the finite voxels of an image are distributed. */
export interface IntensitySummary {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** By percent, interpolated linearly between voxels. */
  readonly percentiles: Readonly<Record<(typeof percents)[number], number>>;
  /** Voxels that are NaN or infinite. */
  readonly nonFinite: number;
}

/** Looks at every voxel. The volume must have a finite one, as every decoded image does. */
export function summarizeIntensity({ data, slope, intercept }: Volume): IntensitySummary {
  const finite = Float64Array.from(data, (stored) => slope * stored + intercept).filter(Number.isFinite);
  const [min, ...inner] = percentiles(finite, [0, ...percents, 100]) as [number, ...number[]];
  const max = inner.pop()!;
  return {
    min,
    max,
    mean: finite.reduce((sum, value) => sum + value, 0) / finite.length,
    percentiles: Object.fromEntries(
      percents.map((percent, n) => [percent, inner[n]!]),
    ) as IntensitySummary['percentiles'],
    nonFinite: data.length - finite.length,
  };
}
