import { entry } from './geometry/affine.ts';
import type { SliceGrid } from './preprocess/slice-stack.ts';
import type { Grid } from './volume.ts';

/** One coarse map per slice: each covers the slice's whole H×W field with `height`×`width` equal parts. */
export interface SliceMaps {
  /** `[S, height, width]`. */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Row and z may change by this much along a row of voxels that counts as flat: rounding. */
const flatnessMax = 1e-6;

/**
 * Carries maps of slices back onto the voxel grid that the slices came from: one value per voxel of `target`, i fastest. Bilinear
 * within a map, whose outermost values reach to the field's edge; linear between slices; 0 outside the field and further than half a
 * slice gap beyond the first or last slice.
 */
export function backProject(maps: SliceMaps, grid: SliceGrid, target: Grid): Float32Array {
  const { height, width } = maps;
  const [ni, nj, nk] = target.dims;
  const heat = new Float32Array(ni * nj * nk);
  const locate = sliceLocator(grid);
  // Coordinates in parts of a map (column, row) and mm (z) are linear in i, j, k.
  const [ci, cj, ck, c0] = mapCoordinate(target, 0, grid.xMm, width / grid.width, grid.spacingMm);
  const [ri, rj, rk, r0] = mapCoordinate(target, 1, grid.yMm, height / grid.height, grid.spacingMm);
  const [zi, zj, zk, z0] = [0, 1, 2, 3].map((column) => entry(target.affine, 2, column)) as Quadruple;
  // In axial and coronal volumes a row of voxels runs along x: one blended row of the maps serves all of it.
  const isFlat = Math.max(Math.abs(zi), Math.abs(ri)) * ni < flatnessMax;
  const line = new Float64Array(width);

  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      const voxels = heat.subarray((k * nj + j) * ni, (k * nj + j + 1) * ni);
      const column = cj * j + ck * k + c0;
      const row = rj * j + rk * k + r0;
      const z = zj * j + zk * k + z0;
      if (isFlat) {
        const slice = locate(z);
        if (!(slice >= 0 && isWithin(row, height))) continue;
        for (let part = 0; part < width; part++) line[part] = valueAt(maps, slice, row, part);
        interpolateRow(line, column, ci, voxels);
        continue;
      }
      for (let i = 0; i < ni; i++) {
        const slice = locate(z + zi * i);
        if (!(slice >= 0 && isWithin(row + ri * i, height) && isWithin(column + ci * i, width))) continue;
        voxels[i] = valueAt(maps, slice, row + ri * i, column + ci * i);
      }
    }
  }
  return heat;
}

type Quadruple = [number, number, number, number];

/** Coefficients of i, j, k and 1. Pixel 0 is centred at `startMm`, coordinates decrease, and a pixel is `share` of a part. */
function mapCoordinate(
  { affine }: Grid,
  axis: 0 | 1,
  startMm: number,
  share: number,
  spacingMm: number,
): Quadruple {
  const perMm = -share / spacingMm;
  const [i, j, k] = [0, 1, 2].map((column) => entry(affine, axis, column) * perMm) as Quadruple;
  return [i, j, k, (entry(affine, axis, 3) - startMm) * perMm + (share - 1) / 2];
}

/** z → position among the slices, 0 … S−1, or NaN beyond them. */
function sliceLocator({ zMm, sliceSpacingMm }: SliceGrid): (z: number) => number {
  const last = zMm.length - 1;
  const bottom = zMm[0]! - (last > 0 ? zMm[1]! - zMm[0]! : sliceSpacingMm) / 2;
  const top = zMm[last]! + (last > 0 ? zMm[last]! - zMm[last - 1]! : sliceSpacingMm) / 2;
  return (z) => {
    if (z < bottom || z > top) return NaN;
    if (z <= zMm[0]!) return 0;
    if (z >= zMm[last]!) return last;
    let above = 1;
    while (zMm[above]! < z) above++;
    return above - (zMm[above]! - z) / (zMm[above]! - zMm[above - 1]!);
  };
}

/** Whether a coordinate lies on one of `parts` parts, each of which is centred on a whole number. */
function isWithin(coordinate: number, parts: number): boolean {
  return coordinate >= -0.5 && coordinate <= parts - 0.5;
}

/** Trilinear interpolation at a slice, row and column within the maps; beyond the outermost values it repeats them. */
function valueAt({ values, height, width }: SliceMaps, slice: number, row: number, column: number): number {
  const r = Math.min(height - 1, Math.max(0, row));
  const c = Math.min(width - 1, Math.max(0, column));
  const s0 = Math.floor(slice);
  const r0 = Math.floor(r);
  const c0 = Math.floor(c);
  const ws = slice - s0;
  const wr = r - r0;
  const wc = c - c0;
  // A neighbour of weight 0 may not exist.
  const right = wc === 0 ? 0 : 1;
  const down = wr === 0 ? 0 : width;
  const at = (s0 * height + r0) * width + c0;
  const bilinear = (from: number): number =>
    (1 - wr) * ((1 - wc) * values[from]! + wc * values[from + right]!) +
    wr * ((1 - wc) * values[from + down]! + wc * values[from + down + right]!);
  return ws === 0 ? bilinear(at) : (1 - ws) * bilinear(at) + ws * bilinear(at + height * width);
}

/** Linear interpolation of `line` at `start`, `start + step`, … for those of `voxels` that lie on it. */
function interpolateRow(line: Float64Array, start: number, step: number, voxels: Float32Array): void {
  if (line.every((value) => value === 0)) return;
  const last = line.length - 1;
  const [from, to] = indicesOn(line.length, start, step, voxels.length);
  for (let i = from; i < to; i++) {
    const column = start + step * i;
    const c = column < 0 ? 0 : column > last ? last : column;
    // Truncation: c is not negative.
    const below = c | 0;
    const above = below < last ? below + 1 : last;
    voxels[i] = line[below]! + (c - below) * (line[above]! - line[below]!);
  }
}

/** The indices, of 0 … `count`−1, at which `start + step · index` lies on one of `parts` parts: from the first up to but without the second. */
function indicesOn(parts: number, start: number, step: number, count: number): [from: number, to: number] {
  if (step === 0) return isWithin(start, parts) ? [0, count] : [0, 0];
  const ends = [(-0.5 - start) / step, (parts - 0.5 - start) / step];
  return [Math.max(0, Math.ceil(Math.min(...ends))), Math.min(count, Math.floor(Math.max(...ends)) + 1)];
}
