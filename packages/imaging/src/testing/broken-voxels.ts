import type { BrokenFile } from './broken-file.ts';
import { buildNifti } from './nifti-builder.ts';

/** Voxels that say nothing. */
export const brokenVoxels: readonly BrokenFile[] = [
  {
    name: 'all NaN',
    file: buildNifti({ voxel: () => NaN }),
    code: 'NO_FINITE_VOXELS',
    message: 'no voxel is a finite number; export the image again',
  },
  {
    name: 'constant but for NaN',
    file: buildNifti({ voxel: (i) => (i === 2 ? NaN : 7), header: { sclSlope: [2], sclInter: [1] } }),
    code: 'CONSTANT_IMAGE',
    message:
      'the image has no contrast: its voxels are all equal (expected at least two different values, received 15); export the image again',
  },
  {
    name: 'an empty mask',
    file: buildNifti({ datatype: 'uint8', voxel: () => 0 }),
    kind: 'mask',
    code: 'EMPTY_MASK',
    message: 'the mask marks no voxel (expected liver voxels above 0); draw the liver, or leave the mask out',
  },
  {
    name: 'a mask of negative labels',
    file: buildNifti({ datatype: 'int16', voxel: (i) => -i }),
    kind: 'mask',
    code: 'EMPTY_MASK',
    message: 'the mask marks no voxel (expected liver voxels above 0); draw the liver, or leave the mask out',
  },
];
