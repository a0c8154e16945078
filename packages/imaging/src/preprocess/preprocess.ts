import type { Preprocessing } from '@hepastage/proto';
import { assertSameGrid } from '../geometry/same-grid.ts';
import type { Volume } from '../volume.ts';
import { bodyOf } from './body.ts';
import { intensityOf } from './intensity.ts';
import { checkPreprocessing } from './preprocessing-check.ts';
import { regionOfBody, regionOfMask } from './region.ts';
import type { SliceStack } from './slice-stack.ts';
import { stackSlices } from './stack-slices.ts';

/**
 * Turns a volume into the slices that an encoder reads: canonical axial planes around the liver (with a mask) or the body.
 *
 * The definition, which the Python reference in `tests/imaging` follows independently. The value of a voxel is slope × stored +
 * intercept; world coordinates are RAS, mm; `M` is the linear part of the affine, `n` the dimensions.
 *
 * 1. **Planes.** `a` is the voxel axis whose column of `M` is closest in direction to z (the first of equals). Native planes lie at
 *    the z of (k on axis a, the centre (n−1)/2 on the others), k = 0 … n_a−1, sorted ascending; their step is |M[z,a]|.
 *    stride = max(1, ⌊minSliceSpacingMm / step + ½⌋).
 * 2. **Statistics.** Of every q-th voxel per axis, q = ⌈n/64⌉, counted from the patient's right, front and foot: body = finite values above the mean of the finite
 *    ones. Percentiles (linear) of the body give lower and upper; mean and (population) std are of the body clipped to them.
 * 3. **Region.** With a mask: the box of the centres of its voxels above 0. Without: the 1st to 99th percentile of x, of y and of z
 *    of the body's voxel centres.
 * 4. **Slices.** Of the N planes within the region's z (± 0.001 mm; if none, the one nearest to the middle of it, the lower of
 *    equals), S' = min(slices, max(1, ⌊N / stride⌋)): the planes ⌊(2n+1)·N / 2S'⌋, n = 0 … S'−1, counted from the region's first.
 *    Channels are the planes −stride, 0, +stride from the slice's, clamped to the volume's planes.
 * 5. **Pixels.** Row r, column c is centred at x = cx + ((W−1)/2 − c)·spacing, y = cy + ((H−1)/2 − r)·spacing around the region's
 *    centre: the patient's right is on the left, anterior at the top. With a mask, pixels whose centre is further than
 *    liverMarginMm (+ 0.001 mm) from the box along x or y are padding.
 * 6. **Values.** A pixel is the mean of m×m samples at the centres of its m×m equal parts, m = min(8, max(1, ⌈spacing / s − 0.001⌉)), s the
 *    smaller voxel spacing of the two axes other than a. A sample is trilinear in voxel space; coordinates up to half a voxel
 *    (+ 10⁻⁶) beyond the outermost centres are clamped to them, samples further out are `lower`. Voxels that are not finite count
 *    as `lower`. The pixel is (clip(value, lower, upper) − mean) / std; padding is (lower − mean) / std.
 *
 * Throws MASK_MISMATCH, EMPTY_MASK, NO_FINITE_VOXELS, CONSTANT_IMAGE; INVALID_MODEL if `how` is impossible.
 */
export function preprocess(volume: Volume, mask: Volume | undefined, how: Preprocessing): SliceStack {
  checkPreprocessing(how);
  if (mask !== undefined) assertSameGrid(volume, mask);

  const body = bodyOf(volume);
  const region = mask === undefined ? regionOfBody(body, volume) : regionOfMask(mask);
  return stackSlices(volume, region, intensityOf(body, how), how);
}
