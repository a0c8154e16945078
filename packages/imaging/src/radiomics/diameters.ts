import type { Triple } from '../volume.ts';
import type { LabelledBox } from './labelled-box.ts';
import { PlaneSections } from './plane-sections.ts';

/** Greatest distances between two vertices of the surface, mm. */
export interface Diameters {
  /** Of all. */
  readonly overall: number;
  /** Of two that share i, j or k. */
  readonly within: Triple;
}

type Visit = (i: number, j: number, k: number) => void;

/**
 * The vertices lie half way between a marked and an empty neighbour; there are some hundred thousand, and the distances of all pairs would take minutes. Exact all the
 * same: only corners of the hull of every section can be furthest apart. `spacing` in mm.
 */
export function diameters(box: LabelledBox, spacing: Triple): Diameters {
  const sections = sectionsOf(box.dims, (add) => forEachVertex(box, add));
  const within = sections.map((planes, axis) => {
    const inPlane = spacing.filter((_, other) => other !== axis);
    let widest = 0;
    planes.forEachHull((_, corners) => {
      widest = Math.max(widest, furthest(scaled(corners, inPlane), 2));
    });
    return widest;
  });
  // The corners of the whole are corners of each section that they are in, and still are once others have gone.
  const candidates = [0, 1, 2].reduce<readonly number[] | undefined>((left, axis) => {
    const planes = left === undefined ? sections : sectionsOf(box.dims, eachOf(left));
    return cornersOf(planes[axis]!, axis);
  }, undefined);
  return { overall: furthest(scaled(candidates!, spacing), 3), within: within as unknown as Triple };
}

/** The points that `feed` adds, in half voxels, cut into planes of constant i, of constant j and of constant k. Lines and places along them keep the order of i, j, k. */
function sectionsOf([ni, nj, nk]: Triple, feed: (add: Visit) => void): PlaneSections[] {
  const rows = new PlaneSections(2 * ni, 2 * nj);
  const columns = new PlaneSections(2 * nj, 2 * ni);
  const slices = new PlaneSections(2 * nk, 2 * ni);
  feed((i, j, k) => {
    rows.add(i, j, k);
    columns.add(j, i, k);
    slices.add(k, i, j);
  });
  return [rows, columns, slices];
}

/** Every vertex of the surface, in half voxels. */
function forEachVertex({ dims: [ni, nj, nk], cells }: LabelledBox, visit: Visit): void {
  // The last cells along each axis are margin: no surface passes between two of them.
  for (let k = 0; k + 1 < nk; k++) {
    for (let j = 0; j + 1 < nj; j++) {
      for (let i = 0, at = (k * nj + j) * ni; i + 1 < ni; i++, at++) {
        const cell = cells[at]!;
        if (cells[at + 1] !== cell) visit(2 * i + 1, 2 * j, 2 * k);
        if (cells[at + ni] !== cell) visit(2 * i, 2 * j + 1, 2 * k);
        if (cells[at + ni * nj] !== cell) visit(2 * i, 2 * j, 2 * k + 1);
      }
    }
  }
}

function eachOf(points: readonly number[]): (visit: Visit) => void {
  return (visit) => {
    for (let n = 0; n < points.length; n += 3) visit(points[n]!, points[n + 1]!, points[n + 2]!);
  };
}

/** The corners of all planes of constant `axis`, as (i, j, k) triples. */
function cornersOf(planes: PlaneSections, axis: number): number[] {
  const points: number[] = [];
  planes.forEachHull((plane, corners) => {
    for (let n = 0; n < corners.length; n += 2) {
      points.push(...[corners[n]!, corners[n + 1]!].toSpliced(axis, 0, plane));
    }
  });
  return points;
}

/** Half voxels → mm; `spacing` of as many axes as a point has. */
function scaled(points: readonly number[], spacing: readonly number[]): Float64Array {
  return Float64Array.from(points, (value, n) => (value / 2) * spacing[n % spacing.length]!);
}

/** Greatest distance between two of `points`. Those furthest from their middle come first: no pair is looked at that can't beat the best. */
function furthest(points: Float64Array, axes: number): number {
  const count = points.length / axes;
  const middle = Array.from({ length: axes }, (_, axis) => {
    let total = 0;
    for (let n = 0; n < count; n++) total += points[n * axes + axis]!;
    return total / count;
  });
  const distance = (n: number, other: ArrayLike<number>, from: number): number => {
    let squares = 0;
    for (let axis = 0; axis < axes; axis++) squares += (points[n * axes + axis]! - other[from + axis]!) ** 2;
    return Math.sqrt(squares);
  };
  const ranked = Array.from({ length: count }, (_, n) => ({ at: n, radius: distance(n, middle, 0) }));
  ranked.sort((one, other) => other.radius - one.radius);
  let best = 0;
  for (const [n, one] of ranked.entries()) {
    for (let m = 0; m < n; m++) {
      const other = ranked[m]!;
      if (one.radius + other.radius <= best) break;
      best = Math.max(best, distance(one.at, points, other.at * axes));
    }
  }
  return best;
}
