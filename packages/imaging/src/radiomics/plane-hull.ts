/** Where no point is. */
const none = -1;

/**
 * Points of a whole-numbered lattice in a plane, of which only the two outermost on every line are kept. The corners of their convex hull are among them, and two points of
 * the greatest distance are corners.
 */
export class PlaneHull {
  readonly #low: Int32Array;
  readonly #high: Int32Array;

  constructor(lines: number) {
    this.#low = new Int32Array(lines).fill(none);
    this.#high = new Int32Array(lines).fill(none);
  }

  /** A point `along` a line; both are 0 or more. */
  add(line: number, along: number): void {
    if (this.#low[line] === none || along < this.#low[line]!) this.#low[line] = along;
    if (along > this.#high[line]!) this.#high[line] = along;
  }

  /** The corners of the hull as (line, along) pairs. The points are gone then: the next plane begins. */
  takeCorners(): number[] {
    const corners = chain(this.#low, 1);
    if (corners.length === 0) return corners;
    for (const value of chain(this.#high, -1)) corners.push(value);
    this.#low.fill(none);
    this.#high.fill(none);
    return corners;
  }
}

/** One side of a hull (Andrew's monotone chain): the outermost points, without those from which the chain would turn the other way, or not at all. */
function chain(outermost: Int32Array, side: 1 | -1): number[] {
  const corners: number[] = [];
  for (let line = 0; line < outermost.length; line++) {
    const along = outermost[line]!;
    if (along === none) continue;
    while (corners.length >= 4) {
      const before = corners.length - 4;
      const [x, y] = [corners[before]!, corners[before + 1]!];
      const turn = (corners[before + 2]! - x) * (along - y) - (corners[before + 3]! - y) * (line - x);
      if (side * turn > 0) break;
      corners.length -= 2;
    }
    corners.push(line, along);
  }
  return corners;
}
