/** Members that share a value, in the order in which they came. */
export interface Cluster<T> {
  /** The least of its values; undefined: of those that have none. */
  readonly value: number | undefined;
  readonly members: readonly T[];
}

/**
 * Groups what has nearly one value: sorted, a new group begins where the next value is further away than `tolerance` of the one before. In ascending
 * order, those without a value last. O(n log n).
 */
export function clustersBy<T>(
  members: readonly T[],
  valueOf: (member: T) => number | undefined,
  tolerance: (value: number) => number,
): Cluster<T>[] {
  const values = [...new Set(members.map(valueOf))].toSorted((a, b) => (a ?? Infinity) - (b ?? Infinity));
  const clusters: { value: number | undefined; members: T[] }[] = [];
  const clusterOf = new Map<number | undefined, T[]>();
  for (const [n, value] of values.entries()) {
    const before = values[n - 1];
    const isNear = value !== undefined && before !== undefined && value - before <= tolerance(before);
    if (n === 0 || !isNear) clusters.push({ value, members: [] });
    clusterOf.set(value, clusters.at(-1)!.members);
  }
  for (const member of members) clusterOf.get(valueOf(member))!.push(member);
  return clusters;
}
