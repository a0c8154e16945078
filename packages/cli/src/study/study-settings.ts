import { imageSettings } from '@hepastage/platform/settings';
import { type Static, Type } from 'typebox';

const mebibyte = 2 ** 20;

/** What a study on this machine may be at most. Names and defaults are those of the API, so that both take the same studies. */
export const studySettings = Type.Object({
  ...imageSettings,
  filesMax: Type.Integer({ default: 10_000, minimum: 1, description: 'most files of a study' }),
  studyBytesMax: Type.Integer({
    default: 4 * 1024 * mebibyte,
    minimum: 1,
    description: 'most of all files of a zip after decompression, bytes',
  }),
  uploadFileBytesMax: Type.Integer({
    default: 512 * mebibyte,
    minimum: 1,
    maximum: 2 ** 32 - 1,
    description: 'most of one file, bytes',
  }),
});

export type StudySettings = Static<typeof studySettings>;
