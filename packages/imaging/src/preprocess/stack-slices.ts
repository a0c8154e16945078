import type { Preprocessing } from '@hepastage/proto';
import type { Volume } from '../volume.ts';
import { alignedAxes } from './aligned-axes.ts';
import { alignedSampler } from './aligned-sampler.ts';
import { type Field, fieldOf } from './field.ts';
import { paddingOf } from './intensity.ts';
import { obliqueSampler } from './oblique-sampler.ts';
import type { PlaneSampler } from './plane-sampler.ts';
import { nativePlanesOf, slicePlanes, strideOf } from './planes.ts';
import type { Region } from './region.ts';
import type { IntensityScale, SliceStack } from './slice-stack.ts';
import { subsamplesPerSide } from './subsamples.ts';

/** The slices of a region, on the scale of its intensities: steps 4 to 6 of what `preprocess` defines. */
export function stackSlices(
  volume: Volume,
  region: Region,
  intensity: IntensityScale,
  how: Preprocessing,
): SliceStack {
  const planes = nativePlanesOf(volume);
  const stride = strideOf(planes, how);
  const slices = slicePlanes(planes, region, stride, how);
  const field = fieldOf(region, how);

  const sampling = {
    volume,
    planes,
    field,
    perSide: subsamplesPerSide(how.spacingMm, volume, planes),
    scale: intensity,
  };
  const axes = alignedAxes(volume);
  const sample = axes === undefined ? obliqueSampler(sampling) : alignedSampler(sampling, axes);
  const channels = slices.flatMap((plane) =>
    [plane - stride, plane, plane + stride].map((near) => Math.min(planes.zMm.length - 1, Math.max(0, near))),
  );
  const zMm = slices.map((plane) => planes.zMm[plane]!);
  return {
    tensor: stackPlanes(channels, sample, field, paddingOf(intensity)),
    shape: [slices.length, 3, how.height, how.width],
    grid: {
      zMm,
      positions: zMm.map((z) => positionWithin(region, z)),
      xMm: field.xMm,
      yMm: field.yMm,
      spacingMm: field.spacingMm,
      height: field.height,
      width: field.width,
      sliceSpacingMm: stride * planes.stepMm,
    },
    region: region.kind,
    intensity,
  };
}

/** `[planes.length, H, W]`; a plane that occurs more than once is sampled once. */
function stackPlanes(
  planes: readonly number[],
  sample: PlaneSampler,
  { height, width }: Field,
  padding: number,
): Float32Array {
  const pixels = height * width;
  const stack = new Float32Array(planes.length * pixels).fill(padding);
  const firstAt = new Map<number, number>();
  for (const [n, plane] of planes.entries()) {
    const known = firstAt.get(plane);
    if (known !== undefined) {
      stack.copyWithin(n * pixels, known, known + pixels);
      continue;
    }
    firstAt.set(plane, n * pixels);
    sample(plane, stack.subarray(n * pixels, (n + 1) * pixels));
  }
  return stack;
}

function positionWithin({ min, max }: Region, z: number): number {
  const extentMm = max[2] - min[2];
  return extentMm > 0 ? Math.min(1, Math.max(0, (z - min[2]) / extentMm)) : 0.5;
}
