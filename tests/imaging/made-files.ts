import type { NiftiSpec } from '../../packages/imaging/src/testing/nifti-builder.ts';
import { acquiredBy, ballInBody, ballMask, centredAffine } from '../../packages/imaging/src/testing/scene.ts';
import type { Triple } from '@hepastage/imaging';

type Columns = readonly [Triple, Triple, Triple];

/** A synthetic body on one grid, and the mask of its ball on the same. */
export interface MadeFile {
  readonly name: string;
  readonly image: NiftiSpec;
  readonly mask?: NiftiSpec;
}

const axialDims = [64, 56, 22] as const;
const axialColumns: Columns = [[-2.1, 0, 0], [0, -2.1, 0], [0, 0, 5]]; // prettier-ignore
/** 17° about x after 12° about z: no axis of the grid is one of the world's. */
const obliqueColumns: Columns = [[-2.05, -0.44, 0], [0.42, -1.96, -0.61], [0.3, -1.43, 4.67]]; // prettier-ignore

export const madeFiles: readonly MadeFile[] = [
  made('axial', axialDims, axialColumns),
  made('axial, big-endian int16', axialDims, axialColumns, { littleEndian: false, datatype: 'int16' }),
  made('axial, NIfTI-2 float64', axialDims, axialColumns, { version: 2, datatype: 'float64' }),
  made('axial, scaled', axialDims, axialColumns, {
    datatype: 'uint8',
    header: { sclSlope: [1.25], sclInter: [-20] },
  }),
  made('coronal', [64, 50, 18], [[-2.1, 0, 0], [0, 0, -2.4], [0, -6, 0]]), // prettier-ignore
  made('sagittal', [56, 50, 24], [[0, -2.1, 0], [0, 0, -2.4], [5.5, 0, 0]]), // prettier-ignore
  made('oblique', axialDims, obliqueColumns),
  made('oblique, big-endian float32', axialDims, obliqueColumns, { littleEndian: false }),
  made('oblique coronal', [60, 52, 20], [[-2.1, 0.2, 0.1], [0.1, 0.5, -2.3], [-0.4, -5.6, -1.2]]), // prettier-ignore
  made('sheared', axialDims, [[-2.1, 0, 0], [0.3, -2.1, 0], [0, 0.9, 5]]), // prettier-ignore
  made('oblique by its quaternion', axialDims, axialColumns, {
    header: {
      sformCode: [0],
      qformCode: [1],
      quatern: [0.12, -0.2, 0.95],
      qoffset: [70, 55, -40],
      pixdim: [-1, 2.1, 2.1, 5, 0, 0, 0, 0],
    },
  }),
  made('no orientation, in metres', axialDims, axialColumns, {
    header: { sformCode: [0], units: [1], pixdim: [1, 0.0021, 0.0021, 0.005, 0, 0, 0, 0] },
  }),
  {
    name: 'voxels of 0.2 mm',
    image: acquiredBy((x, y, z) => ballInBody(10 * x, 10 * y, 3 * z), [64, 56, 9], {
      affine: centredAffine([64, 56, 9], [[-0.2, 0, 0], [0, -0.2, 0], [0, 0, 3]]), // prettier-ignore
    }),
  },
  {
    name: 'holes that are not finite',
    image: acquiredBy((x, y, z) => (Math.abs(x + y) < 3 ? NaN : ballInBody(x, y, z)), axialDims, {
      affine: centredAffine(axialDims, axialColumns),
    }),
  },
];

/** Where `spec` overrides the affine, the scene is distorted in the patient: no matter, as both sides see the same. */
function made(name: string, dims: Triple, columns: Columns, spec: NiftiSpec = {}): MadeFile {
  const affine = centredAffine(dims, columns);
  const unscaled = { ...spec.header, sclSlope: [0] };
  return {
    name,
    image: acquiredBy(ballInBody, dims, { ...spec, affine }),
    mask: acquiredBy(ballMask, dims, { ...spec, affine, header: unscaled }),
  };
}
