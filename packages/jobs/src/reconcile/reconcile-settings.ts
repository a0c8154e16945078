import { type Static, type TObject, Type } from 'typebox';

/** Longest delay of a Node timer, ms. */
const timerMsMax = 2 ** 31 - 1;

/** Settings of whoever reconciles: the API in the background, an operator by command. Spread them into a schema of one's own. */
export const reconcileSettings = {
  orphanSeconds: Type.Integer({
    default: 7_200,
    minimum: 1,
    description:
      'how long objects without a request are taken to be of an upload that is still on its way, s',
  }),
  quietMs: Type.Integer({
    default: 30_000,
    minimum: 1,
    maximum: timerMsMax,
    description: 'how long nothing of a DICOMweb study must have come before it is staged, ms',
  }),
  indexBytesMax: Type.Integer({
    default: 64 * 2 ** 20,
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'most of the index of a DICOM study, bytes',
  }),
} as const;

/** What the settings say of how long things may take. */
export function reconcileTimesOf(config: Static<TObject<typeof reconcileSettings>>) {
  return { orphanMs: config.orphanSeconds * 1_000, quietMs: config.quietMs };
}
