import type { Volume } from '@hepastage/imaging';

export type VoxelAxis = 0 | 1 | 2;

/** What the voxel axes of a volume stand for. */
export interface VoxelAxes {
  /** The voxel axis that runs along the patient's right–left, back–front and foot–head. */
  readonly lateral: VoxelAxis;
  readonly depth: VoxelAxis;
  readonly body: VoxelAxis;
  /** The axis with the largest spacing; the other two span the plane. */
  readonly slice: VoxelAxis;
  /** True where that spacing stands out, so that the volume is a stack of slices for certain. */
  readonly isStack: boolean;
}

/** A volume whose largest spacing is within this ratio of the next one has voxels that are nearly cubes: any plane may be the acquired one. */
const cubeRatioMax = 1.2;

export function voxelAxesOf({ orientation, spacing }: Pick<Volume, 'orientation' | 'spacing'>): VoxelAxes {
  const along = (one: string, opposite: string): VoxelAxis =>
    Math.max(orientation.indexOf(one), orientation.indexOf(opposite)) as VoxelAxis;
  const ascending = spacing.toSorted((one, other) => one - other);
  // The body axis where two are equally coarse.
  const body = along('S', 'I');
  const coarsest = ascending[2]!;
  return {
    lateral: along('R', 'L'),
    depth: along('A', 'P'),
    body,
    slice: (spacing[body] === coarsest ? body : spacing.indexOf(coarsest)) as VoxelAxis,
    isStack: coarsest > cubeRatioMax * ascending[1]!,
  };
}
