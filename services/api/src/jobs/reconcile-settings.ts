import { Type } from 'typebox';

/** Settings of the background sweep. */
export const reconcileSettings = {
  sweepSeconds: Type.Integer({
    default: 900,
    minimum: 1,
    description: 'from one look at everything in the object store to the next, over all replicas, s',
  }),
  orphanSeconds: Type.Integer({
    default: 7_200,
    minimum: 1,
    description:
      'how long objects without a request are taken to be of an upload that is still on its way, s',
  }),
} as const;
