import type { LabelledBox } from './labelled-box.ts';
import { PlaneHull } from './plane-hull.ts';

export type Axis = 0 | 1 | 2;

/** The other two axes: lines of a plane of constant `axis` lie one behind the other along `line`, their points along `along`, which is the nearer one in memory. */
export function axesWithin(axis: Axis): { line: Axis; along: Axis } {
  return { line: axis === 2 ? 1 : 2, along: axis === 0 ? 1 : 0 };
}

/**
 * Cuts the surface's vertices, which lie half way between a marked and an empty neighbour, into planes of constant `axis`. Calls `visit` with every plane that has any, and the
 * corners of their convex hull as (line, along) pairs; all in half voxels. One plane is in memory at a time.
 */
export function forEachSection(
  { dims, cells }: LabelledBox,
  axis: Axis,
  visit: (plane: number, corners: readonly number[]) => void,
): void {
  const { line: lineAxis, along: alongAxis } = axesWithin(axis);
  const strides = [1, dims[0], dims[0] * dims[1]] as const;
  const [across, nextLine, next] = [strides[axis], strides[lineAxis], strides[alongAxis]];
  // The last cells along each axis are margin: no surface passes between two of them.
  const [planes, lines, places] = [dims[axis] - 1, dims[lineAxis] - 1, dims[alongAxis] - 1];
  // Of the vertices between two cells of the plane, and of those half way to the plane behind it.
  const within = new PlaneHull(2 * lines);
  const behind = new PlaneHull(2 * lines);
  for (let plane = 0; plane < planes; plane++) {
    for (let line = 0; line < lines; line++) {
      let at = plane * across + line * nextLine;
      for (let along = 0; along < places; along++, at += next) {
        const cell = cells[at]!;
        if (cells[at + next] !== cell) within.add(2 * line, 2 * along + 1);
        if (cells[at + nextLine] !== cell) within.add(2 * line + 1, 2 * along);
        if (cells[at + across] !== cell) behind.add(2 * line, 2 * along);
      }
    }
    for (const [half, hull] of [within, behind].entries()) {
      const corners = hull.takeCorners();
      if (corners.length > 0) visit(2 * plane + half, corners);
    }
  }
}
