import type { FuzzTarget } from './engine/target.ts';
import { dicomObject } from './targets/dicom-object.ts';
import { dicomPixels } from './targets/dicom-pixels.ts';
import { dicomStudy } from './targets/dicom-study.ts';
import { gzip } from './targets/gzip.ts';
import { nifti } from './targets/nifti.ts';
import { preparation } from './targets/preparation.ts';
import { stow } from './targets/stow.ts';
import { upload } from './targets/upload.ts';
import { zip } from './targets/zip.ts';

/** Everything that takes bytes of strangers. */
export const targets: readonly FuzzTarget[] = [
  nifti,
  gzip,
  zip,
  dicomObject,
  dicomStudy,
  dicomPixels,
  preparation,
  upload,
  stow,
];

export const targetsModule = import.meta.url;
