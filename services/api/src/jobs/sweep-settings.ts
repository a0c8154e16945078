import { reconcileSettings } from '@hepastage/jobs';
import { Type } from 'typebox';

/** Settings of the background sweep. */
export const sweepSettings = {
  ...reconcileSettings,
  sweepSeconds: Type.Integer({
    default: 900,
    minimum: 1,
    description: 'from one look at everything in the object store to the next, over all replicas, s',
  }),
} as const;
