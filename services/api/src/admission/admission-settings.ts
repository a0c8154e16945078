import { type Static, type TObject, Type } from 'typebox';

/** Settings of when no studies are taken. */
export const admissionSettings = {
  queueAgeSecondsMax: Type.Integer({
    default: 3_600,
    minimum: 0,
    description:
      'how long a study may have waited before no more are taken, s, not counting the time that the queue is paused; 0: however long',
  }),
  admissionMs: Type.Integer({
    default: 5_000,
    minimum: 100,
    description: 'how often to look whether studies can be kept, ms',
  }),
  admissionRetrySeconds: Type.Integer({
    default: 30,
    minimum: 1,
    description: 'when a client that was turned away may come back, s',
  }),
} as const;

export type AdmissionConfig = Static<TObject<typeof admissionSettings>> & { readonly probeMsMax: number };
