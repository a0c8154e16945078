import type { Samples } from './samples.ts';

/** What tells tissue from air. */
export interface Tissue {
  /** Voxels of this value and more are tissue; −Infinity where there is no air to tell it from. */
  readonly from: number;
  /** The value of no signal. */
  readonly dark: number;
}

const bins = 128;
/** Voxels brighter than this share of all count as that bright: a few vessels must not squeeze the rest into one bin. */
const brightShare = 0.99;
/** A fiftieth of that brightness and less is dark: differences below it are compressed no further. */
const darkShare = 1 / 50;
/** Mean of air over mean of tissue. Abdomens, real and synthetic, have 0.02 to 0.14, an echo-planar image 0.24; a brain without air has 0.44. */
const airRatioMax = 0.3;
/** More values than this tell nothing more. */
const valuesMax = 1 << 14;

/**
 * By Otsu's threshold (IEEE Trans SMC 9:62, 1979) on the logarithms of the values: muscle is then further from air than from fat, as it should be, and is not
 * taken for air where fat is bright. Undefined where all finite values are equal.
 */
export function tissueOf({ values }: Samples): Tissue | undefined {
  const step = Math.ceil(values.length / valuesMax);
  const some = values.filter((value, n) => n % step === 0 && Number.isFinite(value)).sort();
  const [darkest, top] = [some[0], some.at(-1)];
  if (darkest === undefined || top === undefined || darkest === top) return undefined;

  // No signal is 0 in a magnitude image; where an intercept or a normalisation made values negative, it is what is darkest.
  const dark = Math.min(0, some[Math.floor((1 - brightShare) * (some.length - 1))]!);
  const nearlyTop = some[Math.floor(brightShare * (some.length - 1))]!;
  const bright = nearlyTop > dark ? nearlyTop : top;
  if (!(bright > dark)) return { from: -Infinity, dark };
  const relative = some.map((value) => Math.min(1, Math.max(0, (value - dark) / (bright - dark))));
  const { from, ratio } = split(relative);
  return { from: ratio > airRatioMax ? -Infinity : dark + from * (bright - dark), dark };
}

/** Where the upper class of values from 0 to 1 begins, and the lower class's mean over the upper one's. */
function split(relative: Float32Array): { readonly from: number; readonly ratio: number } {
  const counts = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const scale = bins / Math.log1p(1 / darkShare);
  for (const value of relative) {
    const bin = Math.min(bins - 1, Math.floor(scale * Math.log1p(value / darkShare)));
    counts[bin]!++;
    sums[bin]! += value;
  }
  const sum = sums.reduce((total, inBin) => total + inBin, 0);
  const sumOfBins = counts.reduce((total, count, bin) => total + count * bin, 0);

  let [below, sumBelow, binsBelow] = [0, 0, 0];
  let best = { between: 0, from: 0, ratio: 1 };
  for (let bin = 1; bin < bins; bin++) {
    below += counts[bin - 1]!;
    sumBelow += sums[bin - 1]!;
    binsBelow += counts[bin - 1]! * (bin - 1);
    const above = relative.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * ((sumOfBins - binsBelow) / above - binsBelow / below) ** 2;
    if (between <= best.between) continue;
    const ratio = sumBelow / below / ((sum - sumBelow) / above);
    best = { between, from: darkShare * Math.expm1(bin / scale), ratio };
  }
  return best;
}
