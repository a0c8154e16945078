import type { Triple, Volume } from '../volume.ts';
import { alignedLine } from './aligned-axes.ts';
import type { Span } from './field.ts';
import { paddingOf } from './intensity.ts';
import type { PlaneSampler, Sampling } from './plane-sampler.ts';
import type { IntensityScale } from './slice-stack.ts';
import { subsampleCoordinates } from './subsamples.ts';
import { type Taps, tapsOf, unrolledTaps } from './taps.ts';
import { type PlaneWindow, planeReader } from './voxel-plane.ts';

/**
 * Samples a grid that is aligned with the world, whichever voxel axis runs along which world axis. A plane of the stack is then
 * a plane of voxels, and interpolation and averaging are separable: weights along y, then along x. Gives what the oblique
 * sampler gives.
 *
 * @param axes voxel axis along world x, y and z.
 */
export function alignedSampler(sampling: Sampling, axes: Triple): PlaneSampler {
  const { volume, field, perSide, scale } = sampling;
  const tapsAlong = (row: 0 | 1, startMm: number, pixels: number): Taps =>
    tapsOf(
      subsampleCoordinates(startMm, field.spacingMm, pixels, perSide),
      perSide,
      alignedLine(volume, row, axes[row]),
    );
  const x = tapsAlong(0, field.xMm, field.width);
  const y = tapsAlong(1, field.yMm, field.height);
  const columns = touched(x, field.columns);
  const rows = touched(y, field.rows);
  const window: PlaneWindow = { x: voxelSpan(x, columns), y: voxelSpan(y, rows) };
  const readPlane = planeReader(sampling, axes, window);
  const line = new Float64Array(window.x.to - window.x.from);
  const scoring = scoringOf(volume, scale);

  return (plane, out) => {
    const voxels = readPlane(plane);
    for (let row = rows.from; row < rows.to; row++) {
      addRows(voxels, y, row, window.y.from, line);
      const pixels = out.subarray(row * field.width, (row + 1) * field.width);
      writeRow(line, window.x.from, x, columns, y.inside[row]!, scoring, pixels);
    }
  };
}

/**
 * The score of a pixel is (slope·stored + intercept·inside + lower·(1 − inside) − mean) / std: `inside` is the share of it that lies
 * in the volume, `stored` the weighted sum of the voxels there. Collected, that is gain·stored + offset·inside + darkest.
 */
interface Scoring {
  readonly gain: number;
  readonly offset: number;
  readonly darkest: number;
  readonly brightest: number;
}

function scoringOf({ slope, intercept }: Volume, scale: IntensityScale): Scoring {
  const { lower, upper, mean, std } = scale;
  return {
    gain: slope / std,
    offset: (intercept - lower) / std,
    darkest: paddingOf(scale),
    brightest: (upper - mean) / std,
  };
}

/** The weighted sum of the voxel rows that make pixel row `row`; `voxels` begins with voxel row `firstRow`. */
function addRows(voxels: Float64Array, taps: Taps, row: number, firstRow: number, line: Float64Array): void {
  const { length } = line;
  const start = (taps.first[row]! - firstRow) * length;
  const at = row * taps.width;
  const w0 = taps.weights[at]!;
  const w1 = taps.weights[at + 1]!;
  const w2 = taps.weights[at + 2]!;
  for (let n = 0; n < length; n++) {
    const from = start + n;
    line[n] = w0 * voxels[from]! + w1 * voxels[from + length]! + w2 * voxels[from + 2 * length]!;
  }
  for (let tap = unrolledTaps; tap < taps.width; tap++) {
    const weight = taps.weights[at + tap]!;
    const from = start + tap * length;
    if (weight !== 0) for (let n = 0; n < length; n++) line[n]! += weight * voxels[from + n]!;
  }
}

/** The pixels of one row from `line`, which begins with voxel `firstVoxel`. */
function writeRow(
  line: Float64Array,
  firstVoxel: number,
  { first, weights, width, inside }: Taps,
  columns: Span,
  insideRow: number,
  { gain, offset, darkest, brightest }: Scoring,
  pixels: Float32Array,
): void {
  const offsetRow = offset * insideRow;
  const end = columns.to;
  for (let column = columns.from; column < end; column++) {
    const from = first[column]! - firstVoxel;
    const at = column * width;
    let stored =
      weights[at]! * line[from]! + weights[at + 1]! * line[from + 1]! + weights[at + 2]! * line[from + 2]!;
    for (let tap = unrolledTaps; tap < width; tap++) stored += weights[at + tap]! * line[from + tap]!;
    const score = gain * stored + offsetRow * inside[column]! + darkest;
    pixels[column] = score < darkest ? darkest : score > brightest ? brightest : score;
  }
}

/** The part of `span` whose pixels lie, at least partly, inside the volume. */
function touched({ inside }: Taps, { from, to }: Span): Span {
  let first = from;
  let end = to;
  while (first < end && inside[first] === 0) first++;
  while (end > first && inside[end - 1] === 0) end--;
  return { from: first, to: end };
}

/** Voxels that the pixels of `span` read. */
function voxelSpan({ first, width }: Taps, { from, to }: Span): Span {
  if (from === to) return { from: 0, to: 0 };
  // Coordinates run monotonically over a side: its ends read the outermost voxels.
  const ends = [first[from]!, first[to - 1]!];
  return { from: Math.min(...ends), to: Math.max(...ends) + width };
}
