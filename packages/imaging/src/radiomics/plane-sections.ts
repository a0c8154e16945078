/** Where no point is. */
const none = -1;

/**
 * Points of a whole-numbered lattice, cut into parallel planes: on every line of a plane the two outermost points are kept. The corners of a plane's convex hull are among
 * them, and two points of the greatest distance are corners.
 */
export class PlaneSections {
  readonly #planes: number;
  readonly #lines: number;
  readonly #low: Int32Array;
  readonly #high: Int32Array;

  constructor(planes: number, lines: number) {
    this.#planes = planes;
    this.#lines = lines;
    this.#low = new Int32Array(planes * lines).fill(none);
    this.#high = new Int32Array(planes * lines).fill(none);
  }

  /** A point `along` a line of a plane; all are 0 or more. */
  add(plane: number, line: number, along: number): void {
    const at = plane * this.#lines + line;
    if (this.#low[at] === none || along < this.#low[at]!) this.#low[at] = along;
    if (along > this.#high[at]!) this.#high[at] = along;
  }

  /** Calls `visit` with every plane that has points, and the corners of their convex hull as (line, along) pairs. */
  forEachHull(visit: (plane: number, corners: readonly number[]) => void): void {
    for (let plane = 0; plane < this.#planes; plane++) {
      const lower = this.#chain(plane, this.#low, 1);
      if (lower.length > 0) visit(plane, [...lower, ...this.#chain(plane, this.#high, -1)]);
    }
  }

  /** One side of a plane's hull (Andrew's monotone chain): the outermost points, without those from which the chain would turn the other way, or not at all. */
  #chain(plane: number, outermost: Int32Array, side: 1 | -1): number[] {
    const chain: number[] = [];
    for (let line = 0; line < this.#lines; line++) {
      const along = outermost[plane * this.#lines + line]!;
      if (along === none) continue;
      while (chain.length >= 4) {
        const before = chain.length - 4;
        const [x, y] = [chain[before]!, chain[before + 1]!];
        const turn = (chain[before + 2]! - x) * (along - y) - (chain[before + 3]! - y) * (line - x);
        if (side * turn > 0) break;
        chain.length -= 2;
      }
      chain.push(line, along);
    }
    return chain;
  }
}
