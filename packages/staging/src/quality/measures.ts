import type { Volume } from '@hepastage/imaging';
import { edgeContact } from './edge-contact.ts';
import { tissueExtentMm } from './extent.ts';
import { type Samples, samplesOf } from './samples.ts';
import { saturatedShare } from './saturation.ts';
import { signalToNoise } from './signal-to-noise.ts';
import { type Tissue, tissueOf } from './tissue.ts';
import { type VoxelAxes, voxelAxesOf } from './voxel-axes.ts';

/** What the quality gate measures. What is absent can't be measured in this image. */
export interface QualityMeasures {
  /** Spacing of the voxels in the plane of the slices, the coarser one of the two, mm. */
  readonly inPlaneMm?: number;
  /** Distance of neighbouring slices, mm. */
  readonly sliceSpacingMm?: number;
  /** Median of tissue over the noise of one voxel. */
  readonly signalToNoise?: number;
  /** Tissue along the body's axis, mm. */
  readonly lengthMm?: number;
  /** Tissue from right to left or from back to front, whichever is less, mm. */
  readonly acrossMm?: number;
  /** Share of the tissue at the top value, 0 to 1. */
  readonly saturatedShare?: number;
  /** Share of the sides of the field of view at which there is tissue, 0 to 1. */
  readonly edgeShare?: number;
  /** Smaller side of a field of view that tissue fills to its edges, mm. */
  readonly filledMm?: number;
  /** Tissue from right to left where both flanks are in the image, mm. */
  readonly widthMm?: number;
}

/** Below, the noise of air looks like tissue, and the outline of the body can't be told. */
const outlineSignalToNoiseMin = 4;
/** A field of view with tissue at more than this share of its sides shows no outline of the body. */
const filledShareMin = 0.9;
/** Flanks are whole where tissue touches less than this share of the right and left sides. */
const wholeFlankShareMax = 0.3;

/** Looks at no more than some 10⁵ voxels. */
export function measureQuality(volume: Volume): QualityMeasures {
  const axes = voxelAxesOf(volume);
  const { spacing } = volume;
  const spacings = {
    inPlaneMm: Math.max(...spacing.filter((_, axis) => axis !== axes.slice)),
    sliceSpacingMm: spacing[axes.slice],
  };
  const samples = samplesOf(volume);
  const tissue = tissueOf(samples);
  if (tissue === undefined) return spacings;

  const extent = tissueExtentMm(volume, samples, tissue);
  const snr = signalToNoise(volume, samples, tissue, axes);
  return {
    ...spacings,
    ...(snr === undefined ? {} : { signalToNoise: snr }),
    lengthMm: extent[axes.body],
    acrossMm: Math.min(extent[axes.lateral], extent[axes.depth]),
    saturatedShare: saturatedShare(samples, tissue),
    ...(snr === undefined || snr < outlineSignalToNoiseMin
      ? {}
      : outline(volume, samples, tissue, axes, extent)),
  };
}

/**
 * The ends along the body's axis are no edges: every abdomen goes on there. Nor are the first and last of slices: that the body goes on there is a matter
 * of coverage.
 */
function outline(
  volume: Volume,
  samples: Samples,
  tissue: Tissue,
  { lateral, depth, slice, isStack }: VoxelAxes,
  extent: readonly number[],
): Pick<QualityMeasures, 'edgeShare' | 'filledMm' | 'widthMm'> {
  const sides = [lateral, depth].filter((axis) => !(isStack && axis === slice));
  const shares = sides.map((axis) => edgeContact(volume, samples, tissue, axis));
  const edgeShare = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const flankShare = shares[sides.indexOf(lateral)] ?? 1;
  return {
    edgeShare,
    ...(edgeShare > filledShareMin ? { filledMm: Math.min(...sides.map((axis) => extent[axis]!)) } : {}),
    ...(flankShare < wholeFlankShareMax ? { widthMm: extent[lateral]! } : {}),
  };
}
