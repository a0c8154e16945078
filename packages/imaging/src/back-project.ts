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
  const [ni, nj, nk] = target.dims;
  const heat = new Float32Array(ni * nj * nk);
  const locate = sliceLocator(grid);
  const places = placesOf(maps, grid, target);
  const runOf = runsOf(places, maps, grid, ni);
  const [[ci, cj, ck, c0], [ri, rj, rk, r0], [zi, zj, zk, z0]] = places;
  const line = new Float64Array(maps.width);

  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      const [from, to] = runOf(j, k);
      if (from >= to) continue;
      const voxels = heat.subarray((k * nj + j) * ni, (k * nj + j + 1) * ni);
      const column = cj * j + ck * k + c0;
      const row = rj * j + rk * k + r0;
      const z = zj * j + zk * k + z0;
      if (ri === 0 && zi === 0) {
        // One blended row of the maps serves all of it.
        const slice = locate(z);
        for (let part = 0; part < line.length; part++) line[part] = valueAt(maps, slice, row, part);
        interpolateRow(line, column, ci, voxels, from, to);
        continue;
      }
      for (let i = from; i < to; i++)
        voxels[i] = valueAt(maps, locate(z + zi * i), row + ri * i, column + ci * i);
    }
  }
  return heat;
}

/**
 * The voxels of `target` that maps of these slices are carried onto: for each j and k the i from the first number up to but without the second. It is one run, since
 * the slices fill a box.
 */
export function reachedRuns(grid: SliceGrid, target: Grid): (j: number, k: number) => Run {
  const whole = { height: 1, width: 1 };
  return runsOf(placesOf(whole, grid, target), whole, grid, target.dims[0]);
}

type Run = readonly [from: number, to: number];
type Quadruple = [number, number, number, number];
type MapSize = Pick<SliceMaps, 'height' | 'width'>;
/** Coefficients of i, j, k and 1: of the column and the row in parts of a map, and of z in mm. */
type Places = readonly [column: Quadruple, row: Quadruple, z: Quadruple];

function placesOf({ height, width }: MapSize, grid: SliceGrid, target: Grid): Places {
  const column = mapCoordinate(target, 0, grid.xMm, width / grid.width, grid.spacingMm);
  const row = mapCoordinate(target, 1, grid.yMm, height / grid.height, grid.spacingMm);
  const z = [0, 1, 2, 3].map((entryOf) => entry(target.affine, 2, entryOf)) as Quadruple;
  // In axial and coronal volumes a row of voxels runs along x.
  const isFlat = Math.max(Math.abs(z[0]), Math.abs(row[0])) * target.dims[0] < flatnessMax;
  if (isFlat) row[0] = z[0] = 0;
  return [column, row, z];
}

/** As `reachedRuns`. */
function runsOf(
  [[ci, cj, ck, c0], [ri, rj, rk, r0], [zi, zj, zk, z0]]: Places,
  { height, width }: MapSize,
  grid: SliceGrid,
  ni: number,
): (j: number, k: number) => Run {
  const [bottom, top] = endsOf(grid);
  return (j, k) => {
    // Each part of a map is centred on a whole number.
    const inColumns = indicesWithin(-0.5, width - 0.5, cj * j + ck * k + c0, ci, ni);
    const inRows = indicesWithin(-0.5, height - 0.5, rj * j + rk * k + r0, ri, ni);
    const inSlices = indicesWithin(bottom, top, zj * j + zk * k + z0, zi, ni);
    return [Math.max(inColumns[0], inRows[0], inSlices[0]), Math.min(inColumns[1], inRows[1], inSlices[1])];
  };
}

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

/** How far the slices reach along z, mm. */
function endsOf({ zMm, sliceSpacingMm }: SliceGrid): [bottom: number, top: number] {
  const last = zMm.length - 1;
  return [
    zMm[0]! - (last > 0 ? zMm[1]! - zMm[0]! : sliceSpacingMm) / 2,
    zMm[last]! + (last > 0 ? zMm[last]! - zMm[last - 1]! : sliceSpacingMm) / 2,
  ];
}

/** z → position among the slices, 0 … S−1: beyond them, the outermost. */
function sliceLocator({ zMm }: SliceGrid): (z: number) => number {
  const last = zMm.length - 1;
  return (z) => {
    if (z <= zMm[0]!) return 0;
    if (z >= zMm[last]!) return last;
    let above = 1;
    while (zMm[above]! < z) above++;
    return above - (zMm[above]! - z) / (zMm[above]! - zMm[above - 1]!);
  };
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

/** Linear interpolation of `line` at `start` + `step` · i for the voxels i from `from` up to but without `to`. */
function interpolateRow(
  line: Float64Array,
  start: number,
  step: number,
  voxels: Float32Array,
  from: number,
  to: number,
): void {
  if (line.every((value) => value === 0)) return;
  const last = line.length - 1;
  for (let i = from; i < to; i++) {
    const column = start + step * i;
    const c = column < 0 ? 0 : column > last ? last : column;
    // Truncation: c is not negative.
    const below = c | 0;
    const above = below < last ? below + 1 : last;
    voxels[i] = line[below]! + (c - below) * (line[above]! - line[below]!);
  }
}

/** The indices, of 0 … `count`−1, at which `start` + `step` · index lies between `low` and `high`. */
function indicesWithin(low: number, high: number, start: number, step: number, count: number): Run {
  if (step === 0) return start >= low && start <= high ? [0, count] : [0, 0];
  const one = (low - start) / step;
  const other = (high - start) / step;
  return [
    Math.max(0, Math.ceil(Math.min(one, other))),
    Math.min(count, Math.floor(Math.max(one, other)) + 1),
  ];
}
