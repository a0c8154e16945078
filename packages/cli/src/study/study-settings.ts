import { imageSettings, studySettings } from '@hepastage/platform/settings';
import { type Static, Type } from 'typebox';

/** What a study on this machine may be at most: as for the API, so that both take the same studies. */
export const localStudySettings = Type.Object({ ...imageSettings, ...studySettings });

export type StudySettings = Static<typeof localStudySettings>;
