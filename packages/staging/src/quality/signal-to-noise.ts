import type { Volume } from '@hepastage/imaging';
import type { Samples } from './samples.ts';
import type { Tissue } from './tissue.ts';
import type { VoxelAxes, VoxelAxis } from './voxel-axes.ts';

/** Pixels finer than this are mostly interpolated: neighbours share their noise, pixels this far apart do not, mm. */
const acquiredPixelMm = 1.5;
const lagMax = 4;
/** Fewer places than this tell no noise. */
const placesMin = 64;
/** More places than this tell nothing more. */
const placesMax = 1 << 14;
/** Standard deviation of a normal variable whose median magnitude is 1. */
const sdOfMedian = 1 / 0.6745;
/** What the kernel below makes of noise of 1. */
const kernelNorm = 6;

/**
 * Median of the tissue, above no signal, over the noise of one voxel. The noise is read in the tissue itself, as the median magnitude of what is
 * left by the kernel 1 −2 1 / −2 4 −2 / 1 −2 1 in the plane (Immerkær, CVIU 64:300, 1996): the kernel is blind to gradients and to edges along its
 * axes, the median to the few places where there are others. Undefined where there is too little tissue, Infinity without noise.
 */
export function signalToNoise(
  { data, dims, spacing, slope }: Volume,
  { values, counts, strides }: Samples,
  { from, dark }: Tissue,
  { slice }: VoxelAxes,
): number | undefined {
  const jumps = [1, dims[0], dims[0] * dims[1]] as const;
  const [a, b] = ([0, 1, 2] as const).filter((axis) => axis !== slice) as [VoxelAxis, VoxelAxis];
  const [lagA, lagB] = [lagOf(spacing[a]), lagOf(spacing[b])];
  const [jumpA, jumpB] = [lagA * jumps[a], lagB * jumps[b]];
  const line = (at: number): number => data[at - jumpA]! - 2 * data[at]! + data[at + jumpA]!;

  const signals = new Float32Array(placesMax);
  const residuals = new Float32Array(placesMax);
  let places = 0;
  for (let n = 0; n < values.length; n += Math.ceil(values.length / placesMax)) {
    const signal = values[n]!;
    if (!(signal >= from && signal < Infinity)) continue;
    const at = [
      strides[0] * (n % counts[0]),
      strides[1] * (Math.floor(n / counts[0]) % counts[1]),
      strides[2] * Math.floor(n / (counts[0] * counts[1])),
    ] as const;
    if (at[a] < lagA || at[a] >= dims[a] - lagA || at[b] < lagB || at[b] >= dims[b] - lagB) continue;
    const centre = at[0] + jumps[1] * at[1] + jumps[2] * at[2];
    const residual = slope * (line(centre - jumpB) - 2 * line(centre) + line(centre + jumpB));
    if (!Number.isFinite(residual)) continue;
    signals[places] = signal;
    residuals[places++] = Math.abs(residual);
  }
  if (places < placesMin) return undefined;
  const noise = (sdOfMedian * median(residuals.subarray(0, places))) / kernelNorm;
  return noise > 0 ? (median(signals.subarray(0, places)) - dark) / noise : Infinity;
}

/** Pixels from one to the next that was acquired. */
function lagOf(spacingMm: number): number {
  return Math.min(lagMax, Math.max(1, Math.round(acquiredPixelMm / spacingMm)));
}

/** Reorders `values`. */
function median(values: Float32Array): number {
  return values.sort()[values.length >> 1]!;
}
