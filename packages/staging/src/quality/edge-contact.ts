import type { Volume } from '@hepastage/imaging';
import type { Samples } from './samples.ts';
import type { Tissue } from './tissue.ts';
import type { VoxelAxis } from './voxel-axes.ts';

/** The outermost voxels may be blank from filters and distortion correction: it is looked this far in, as a share of the voxels along the axis. */
const depthShare = 0.01;

/** Share of the two sides across `axis` at which tissue lies, 0 to 1. */
export function edgeContact(volume: Volume, samples: Samples, tissue: Tissue, axis: VoxelAxis): number {
  const voxels = volume.dims[axis];
  const depth = Math.min(Math.ceil(depthShare * voxels), voxels - 1);
  const shareAt = (at: number): number => shareOfPlane(volume, samples, tissue, axis, at);
  return (shareAt(depth) + shareAt(voxels - 1 - depth)) / 2;
}

function shareOfPlane(
  { data, dims, slope, intercept }: Volume,
  { strides }: Samples,
  { from }: Tissue,
  axis: VoxelAxis,
  at: number,
): number {
  const jumps = [1, dims[0], dims[0] * dims[1]] as const;
  const [a, b] = ([0, 1, 2] as const).filter((other) => other !== axis) as [VoxelAxis, VoxelAxis];
  let [places, touching] = [0, 0];
  for (let nb = 0; nb < dims[b]; nb += strides[b]) {
    const line = at * jumps[axis] + nb * jumps[b];
    for (let na = 0; na < dims[a]; na += strides[a]) {
      places++;
      if (slope * data[line + na * jumps[a]]! + intercept >= from) touching++;
    }
  }
  return touching / places;
}
