/** Numbers from 0 to below 1, the same in every run (the generator of Numerical Recipes). */
export function* random(seed: number): Generator<number, never, void> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}
