import type { Triple, Volume } from '@hepastage/imaging';
import type { Samples } from './samples.ts';
import type { Tissue } from './tissue.ts';

/** Share of the tissue that may lie beyond each end: stray bright voxels of air move no end. */
const strayShare = 0.005;

/** How far the tissue reaches along i, j and k, whole voxels counted, mm. */
export function tissueExtentMm(
  { spacing, dims }: Volume,
  { values, counts, strides }: Samples,
  { from }: Tissue,
): Triple {
  const tissueAt = [0, 1, 2].map((axis) => new Uint32Array(counts[axis]!));
  const [alongI, alongJ, alongK] = tissueAt as [Uint32Array, Uint32Array, Uint32Array];
  let read = 0;
  for (let k = 0; k < counts[2]; k++) {
    for (let j = 0; j < counts[1]; j++) {
      let inRow = 0;
      for (let i = 0; i < counts[0]; i++) {
        if (!(values[read++]! >= from)) continue;
        alongI[i]!++;
        inRow++;
      }
      alongJ[j]! += inRow;
      alongK[k]! += inRow;
    }
  }
  const extent = (axis: 0 | 1 | 2): number =>
    spacing[axis] * Math.min(dims[axis], strides[axis] * placesWithin(tissueAt[axis]!));
  return [extent(0), extent(1), extent(2)];
}

/** Places from the first to the last one that counts. */
function placesWithin(tissueAt: Uint32Array): number {
  const stray = strayShare * tissueAt.reduce((sum, count) => sum + count, 0);
  const beyond = (counts: Uint32Array): number => {
    let passed = 0;
    return counts.findIndex((count) => (passed += count) > stray);
  };
  const first = beyond(tissueAt);
  return first === -1 ? 0 : tissueAt.length - first - beyond(tissueAt.toReversed());
}
