/** Share of the probability that a stage set holds at least. */
export const stageSetLevel = 0.9;

/**
 * The smallest run of neighbouring stages whose probabilities sum to at least `level`; of equally small ones, the likeliest. Stages are ordered, so
 * an uncertain answer is a range ("mild to moderate"), never two ends without their middle. Returns [first, last].
 */
export function smallestStageSet(probabilities: readonly number[], level = stageSetLevel): [number, number] {
  for (let size = 1; size < probabilities.length; size++) {
    const sums = Array.from({ length: probabilities.length - size + 1 }, (_, first) =>
      probabilities.slice(first, first + size).reduce((sum, value) => sum + value, 0),
    );
    const largest = Math.max(...sums);
    if (largest >= level) {
      const first = sums.indexOf(largest);
      return [first, first + size - 1];
    }
  }
  return [0, probabilities.length - 1];
}
