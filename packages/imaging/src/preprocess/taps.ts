/** Voxels of one axis as they lie along one world axis. */
export interface AxisLine {
  /** World coordinate of voxel 0 and step to the next (either sign), mm. */
  readonly originMm: number;
  readonly stepMm: number;
  readonly voxels: number;
}

/** How each pixel along one side is the weighted sum of consecutive voxels. */
export interface Taps {
  /** Voxels per pixel, at least `unrolledTaps`. */
  readonly width: number;
  /** First voxel of each pixel. */
  readonly first: Int32Array;
  /** `[pixels, width]`: weights; they sum to `inside`. */
  readonly weights: Float64Array;
  /** Share of each pixel that lies inside the volume, 0 to 1. */
  readonly inside: Float64Array;
}

/** Samples up to half a voxel (and rounding) beyond the outermost voxel centres count as the outermost voxels. */
export const reachVoxels = 0.5 + 1e-6;

/** The first taps of a pixel are written out in the loops, without a loop of their own: twice as fast. No axis has fewer voxels. */
export const unrolledTaps = 3;

/** Folds linear interpolation and the averaging of `perSide` subsamples per pixel into one set of weights. */
export function tapsOf(subsamplesMm: Float64Array, perSide: number, line: AxisLine): Taps {
  const pixels = subsamplesMm.length / perSide;
  const last = line.voxels - 1;
  const width = Math.min(line.voxels, Math.max(unrolledTaps, tapsPerPixel(subsamplesMm, perSide, line)));
  const taps: Taps = {
    width,
    first: new Int32Array(pixels),
    weights: new Float64Array(pixels * width),
    inside: new Float64Array(pixels),
  };
  for (let pixel = 0; pixel < pixels; pixel++) {
    const coordinates = Array.from(
      subsamplesMm.subarray(pixel * perSide, (pixel + 1) * perSide),
      (mm) => (mm - line.originMm) / line.stepMm,
    ).filter((c) => c >= -reachVoxels && c <= last + reachVoxels);
    if (coordinates.length === 0) continue;
    const clamped = coordinates.map((c) => Math.min(last, Math.max(0, c)));
    const first = Math.min(Math.floor(Math.min(...clamped)), line.voxels - width);
    taps.first[pixel] = first;
    taps.inside[pixel] = coordinates.length / perSide;
    for (const c of clamped) {
      const low = Math.min(Math.floor(c), last - 1);
      const at = pixel * width + low - first;
      taps.weights[at]! += (low + 1 - c) / perSide;
      taps.weights[at + 1]! += (c - low) / perSide;
    }
  }
  return taps;
}

/** Most voxels that a pixel's subsamples read: those that their span covers, and a neighbour on each side. */
function tapsPerPixel(subsamplesMm: Float64Array, perSide: number, { stepMm }: AxisLine): number {
  const spanMm = Math.abs(subsamplesMm[perSide - 1]! - subsamplesMm[0]!);
  return Math.ceil(spanMm / Math.abs(stepMm) - 1e-9) + 2;
}
