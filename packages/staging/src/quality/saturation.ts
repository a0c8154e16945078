import type { Samples } from './samples.ts';
import type { Tissue } from './tissue.ts';

/** Share of the tissue that is as bright as the brightest voxel, 0 to 1: where values were cut off, many are. */
export function saturatedShare({ values, brightest }: Samples, { from }: Tissue): number {
  let [tissue, saturated] = [0, 0];
  for (let n = 0; n < values.length; n++) {
    if (!(values[n]! >= from && values[n]! <= brightest)) continue;
    tissue++;
    if (values[n] === brightest) saturated++;
  }
  return tissue === 0 ? 0 : saturated / tissue;
}
