import type { Triple } from '../volume.ts';
import { diameters } from './diameters.ts';
import type { LabelledBox } from './labelled-box.ts';
import { meshSize } from './marching-cubes.ts';
import { principalAxes } from './principal-axes.ts';

export const shapeFeatureNames = [
  'Elongation',
  'Flatness',
  'LeastAxisLength',
  'MajorAxisLength',
  'Maximum2DDiameterColumn',
  'Maximum2DDiameterRow',
  'Maximum2DDiameterSlice',
  'Maximum3DDiameter',
  'MeshVolume',
  'MinorAxisLength',
  'Sphericity',
  'SurfaceArea',
  'SurfaceVolumeRatio',
  'VoxelVolume',
] as const;

export type ShapeFeatures = Record<(typeof shapeFeatureNames)[number], number>;

/**
 * The 14 shape features of PyRadiomics 3.1, from the mask alone; lengths in mm, areas in mm², volumes in mm³. `spacing` in mm.
 *
 * | feature | definition (IBSI, chapter "Morphological features") |
 * | --- | --- |
 * | MeshVolume, SurfaceArea | of the marching-cubes mesh half way between marked and empty voxels |
 * | VoxelVolume | voxels × volume of one |
 * | SurfaceVolumeRatio | area / mesh volume, 1/mm |
 * | Sphericity | area of the ball of the same volume / area, 0 to 1 |
 * | Maximum3DDiameter | greatest distance of two vertices of the mesh |
 * | Maximum2DDiameterSlice, …Column, …Row | the same, of two in a plane of constant k, j, i |
 * | Major-, Minor-, LeastAxisLength | 4 √λ of the voxel centres' covariance, λ the largest, middle, smallest eigenvalue |
 * | Elongation, Flatness | √(middle / largest), √(smallest / largest), 0 to 1 |
 */
export function shapeFeatures(box: LabelledBox, spacing: Triple): ShapeFeatures {
  const { area, volume } = meshSize(box, spacing);
  const { overall, within } = diameters(box, spacing);
  const { voxels, variances } = principalAxes(box, spacing);
  const [largest, middle, smallest] = variances;
  return {
    Elongation: Math.sqrt(middle / largest),
    Flatness: Math.sqrt(smallest / largest),
    LeastAxisLength: 4 * Math.sqrt(smallest),
    MajorAxisLength: 4 * Math.sqrt(largest),
    Maximum2DDiameterColumn: within[1],
    Maximum2DDiameterRow: within[0],
    Maximum2DDiameterSlice: within[2],
    Maximum3DDiameter: overall,
    MeshVolume: volume,
    MinorAxisLength: 4 * Math.sqrt(middle),
    Sphericity: Math.cbrt(36 * Math.PI * volume ** 2) / area,
    SurfaceArea: area,
    SurfaceVolumeRatio: area / volume,
    VoxelVolume: voxels * spacing[0] * spacing[1] * spacing[2],
  };
}
