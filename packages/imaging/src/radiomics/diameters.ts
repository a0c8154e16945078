import type { Triple } from '../volume.ts';
import type { LabelledBox } from './labelled-box.ts';
import { PlaneHull } from './plane-hull.ts';
import { axesWithin, type Axis, forEachSection } from './surface-sections.ts';

/** Greatest distances between two vertices of the surface, mm. */
export interface Diameters {
  /** Of all. */
  readonly overall: number;
  /** Of two that share i, j or k. */
  readonly within: Triple;
}

/**
 * There are some hundred thousand vertices, and the distances of all pairs would take minutes. Exact all the same: only corners of the hull of every section can be furthest
 * apart. `spacing` in mm.
 */
export function diameters(box: LabelledBox, spacing: Triple): Diameters {
  // The corners of the whole are corners of each section that they are in. Those across the shortest axis are the fewest.
  const [first, ...others] = byLength(box.dims);
  let candidates: Triple[] = [];
  const widest: [number, number, number] = [0, 0, 0];
  for (const axis of [first, ...others]) {
    const { line, along } = axesWithin(axis);
    forEachSection(box, axis, (plane, corners) => {
      widest[axis] = Math.max(widest[axis], furthest(scaled(corners, [spacing[line], spacing[along]]), 2));
      if (axis === first) candidates.push(...placesOf(corners, plane, axis));
    });
  }
  // They still are once others have gone.
  for (const axis of others) candidates = cornersAmong(candidates, axis, box.dims);
  return { overall: furthest(scaled(candidates.flat(), spacing), 3), within: widest };
}

function byLength(dims: Triple): [Axis, Axis, Axis] {
  return ([0, 1, 2] satisfies Axis[]).toSorted((one, other) => dims[one] - dims[other]) as [Axis, Axis, Axis];
}

/** (line, along) pairs of a plane as (i, j, k). */
function placesOf(corners: readonly number[], plane: number, axis: Axis): Triple[] {
  const { line, along } = axesWithin(axis);
  return Array.from({ length: corners.length / 2 }, (_, n) => {
    const place: [number, number, number] = [plane, plane, plane];
    place[line] = corners[2 * n]!;
    place[along] = corners[2 * n + 1]!;
    return place;
  });
}

/** The corners of the hulls of `points`, cut into planes of constant `axis`. */
function cornersAmong(points: readonly Triple[], axis: Axis, dims: Triple): Triple[] {
  const { line, along } = axesWithin(axis);
  const hull = new PlaneHull(2 * dims[line]);
  return [...Map.groupBy(points, (point) => point[axis])].flatMap(([plane, section]) => {
    for (const point of section) hull.add(point[line], point[along]);
    return placesOf(hull.takeCorners(), plane, axis);
  });
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
