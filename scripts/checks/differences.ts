/** The names of files that only one of the two has, or that differ in content. */
export function differences(
  fresh: ReadonlyMap<string, string>,
  committed: ReadonlyMap<string, string>,
): string[] {
  const names = new Set([...fresh.keys(), ...committed.keys()]);
  return [...names].filter((name) => fresh.get(name) !== committed.get(name)).sort();
}
