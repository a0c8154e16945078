/** As `Promise.all`, but never before all have ended: a study that failed has nothing under way any more, and nothing that it writes comes late. */
export async function allEnded<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
