/**
 * Percentiles (0 to 100) of `values`, interpolated linearly between order statistics as NumPy's default does.
 * Reorders `values`.
 */
export function percentiles(values: Float64Array, wanted: readonly number[]): number[] {
  return wanted.map((percent) => {
    const rank = (percent / 100) * (values.length - 1);
    const below = Math.floor(rank);
    const low = select(values, below);
    if (rank === below) return low;
    // After the selection everything behind `below` is at least as large: the next order statistic is their minimum.
    let high = Infinity;
    for (let n = below + 1; n < values.length; n++) if (values[n]! < high) high = values[n]!;
    return low + (high - low) * (rank - below);
  });
}

/** Passes that a selection may take before it sorts: several times what any values but crafted ones need. */
function passesExpectedMax(length: number): number {
  return 4 * Math.ceil(Math.log2(length + 1));
}

/**
 * The k-th smallest value: smaller ones end up before it, larger ones after. Hoare's quickselect, which sorts what is left after `passesMax`
 * passes (introselect): crafted voxels would cost it quadratic time.
 */
export function select(
  values: Float64Array,
  k: number,
  passesMax = passesExpectedMax(values.length),
): number {
  let left = 0;
  let right = values.length - 1;
  for (let pass = 0; left < right; pass++) {
    if (pass === passesMax) {
      values.subarray(left, right + 1).sort();
      break;
    }
    const pivot = medianOfThree(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swapped = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swapped;
      }
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k]!;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
