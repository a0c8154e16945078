import { entry } from '../geometry/affine.ts';
import { worldAxes } from '../geometry/orientation.ts';
import type { Grid, Triple } from '../volume.ts';
import type { AxisLine } from './taps.ts';

/** How far a grid may stray from the world's axes over half its extent and still count as aligned, voxels. */
const driftVoxelsMax = 2e-5;

/** Voxel axis that runs along each world axis, or undefined if the grid is oblique to them. */
export function alignedAxes(grid: Grid): Triple | undefined {
  const world = worldAxes(grid.affine);
  const [x, y, z] = [0, 1, 2].map((row) => world.indexOf(row)) as [number, number, number];
  const isAligned = [x, y, z].every((axis, row) => {
    const drift = others(axis).map(
      (other) => (Math.abs(entry(grid.affine, row, other)) * grid.dims[other]!) / 2,
    );
    return sum(drift) <= driftVoxelsMax * Math.abs(entry(grid.affine, row, axis));
  });
  return isAligned ? [x, y, z] : undefined;
}

/** The voxels of `axis` along world axis `row`, in the middle of the grid. */
export function alignedLine({ dims, affine }: Grid, row: number, axis: number): AxisLine {
  const middle = others(axis).map((other) => (entry(affine, row, other) * (dims[other]! - 1)) / 2);
  return {
    originMm: entry(affine, row, 3) + sum(middle),
    stepMm: entry(affine, row, axis),
    voxels: dims[axis]!,
  };
}

function others(axis: number): number[] {
  return [0, 1, 2].filter((other) => other !== axis);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
