import { decodeNifti, maskBits, preprocess } from '@hepastage/imaging';
import { Sequence } from '@hepastage/proto';
import { preprocessing } from '../../../packages/imaging/src/testing/preprocessing.ts';
import { liverFeatures } from '../../../packages/staging/src/imaging/liver-features.ts';
import { qualityOf } from '../../../packages/staging/src/quality/quality-of.ts';
import { accepted, Finding, type FuzzTarget } from '../engine/target.ts';
import { caseBytesMax, imageLimits, processBytesMax } from '../formats/limits.ts';
import { niftiMutators, niftiSeeds, soundNiftis } from '../formats/nifti.ts';

const how = preprocessing({ height: 16, width: 16, slices: 4 });

/** What the worker makes of an image, and of a mask on its grid, once they could be decoded: quality, slices, features. */
export const preparation: FuzzTarget = {
  name: 'preparation',
  weight: 3,
  caseBytesMax,
  processBytesMax,
  open: async () => ({
    corpus: soundNiftis,
    seeds: niftiSeeds,
    mutators: niftiMutators,
    run: async (input, draw) => {
      const image = decodeNifti(input, imageLimits);
      qualityOf(image, draw.pick([Sequence.T1W, Sequence.T2W]));
      // The same file is a mask on the same grid: what is above 0 is liver.
      const mask = draw.chance(0.5) ? decodeNifti(input, imageLimits, 'mask') : undefined;
      const { tensor } = preprocess(image, mask, how);
      if (!tensor.every((value) => Number.isFinite(value)))
        throw new Finding('slices with values that are not finite');
      if (mask !== undefined) {
        maskBits(mask);
        liverFeatures(image, mask);
      }
      return accepted;
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
};
