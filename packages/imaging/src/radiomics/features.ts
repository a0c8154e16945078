import { ErrorCode, HepastageError } from '@hepastage/proto';
import { assertSameGrid } from '../geometry/same-grid.ts';
import type { Volume } from '../volume.ts';
import { noFiniteVoxels } from '../voxel-survey.ts';
import { firstOrderFeatureNames, firstOrderFeatures } from './first-order-features.ts';
import { type LabelledBox, labelledBox } from './labelled-box.ts';
import { shapeFeatureNames, shapeFeatures } from './shape-features.ts';

/** Most voxels of an organ: three litres at 0.45 mm isotropic. Their values take eight bytes each while features are computed, 256 MiB at most. */
const organVoxelsMax = 2 ** 25;

/** In the order of the tables that PyRadiomics writes, and by its names. */
export const radiomicsFeatureNames = [
  ...shapeFeatureNames.map((name) => `original_shape_${name}` as const),
  ...firstOrderFeatureNames.map((name) => `original_firstorder_${name}` as const),
];

export type RadiomicsFeatureName = (typeof radiomicsFeatureNames)[number];

export type RadiomicsFeatures = Readonly<Record<RadiomicsFeatureName, number>>;

/**
 * The 14 shape and 18 first-order features of the organ that `mask` marks in `image`, as PyRadiomics 3.1 computes them by default: on the image's own grid and values (slope ×
 * stored + intercept), axes in the order in which voxels are stored; any value above 0 is organ. Units are those of the two files. Voxels that are not finite are no values.
 *
 * Throws MASK_MISMATCH, NO_FINITE_VOXELS, TOO_MANY_VOXELS, and EMPTY_MASK where fewer than two of the mask's extents are more than one voxel: PyRadiomics refuses such a mask, too.
 */
export function radiomicsFeatures(image: Volume, mask: Volume): RadiomicsFeatures {
  assertSameGrid(image, mask);
  const box = labelledBox(mask);
  assertExtended(box);
  const { spacing } = image;
  const values = valuesWithin(box, image);
  const shape = shapeFeatures(box, spacing);
  const firstOrder = firstOrderFeatures(values, spacing[0] * spacing[1] * spacing[2]);
  const found = [
    ...shapeFeatureNames.map((name) => shape[name]),
    ...firstOrderFeatureNames.map((name) => firstOrder[name]),
  ];
  return Object.fromEntries(radiomicsFeatureNames.map((name, n) => [name, found[n]!])) as RadiomicsFeatures;
}

/** The organ's finite values. Throws NO_FINITE_VOXELS, TOO_MANY_VOXELS. */
function valuesWithin({ dims, cells, origin }: LabelledBox, { data, slope, intercept, dims: whole }: Volume) {
  let marked = 0;
  for (let at = 0; at < cells.length; at++) marked += cells[at]!;
  if (marked > organVoxelsMax) throw tooManyVoxels(marked);
  const values = new Float64Array(marked);
  let count = 0;
  for (let k = 1, at = dims[0] * dims[1]; k + 1 < dims[2]; k++) {
    for (let j = 0; j < dims[1]; j++) {
      const row = ((k + origin[2]) * whole[1] + (j + origin[1])) * whole[0] + origin[0];
      for (let i = 0; i < dims[0]; i++, at++) {
        if (cells[at] === 0) continue;
        const value = slope * data[row + i]! + intercept;
        if (Number.isFinite(value)) values[count++] = value;
      }
    }
  }
  if (count === 0) throw noFiniteVoxels();
  return values.subarray(0, count);
}

function assertExtended({ dims }: LabelledBox): void {
  // Of the box, two voxels are margin.
  const extents = dims.map((voxels) => voxels - 2);
  if (extents.filter((voxels) => voxels > 1).length >= 2) return;
  throw new HepastageError(ErrorCode.EMPTY_MASK, {
    what: 'the mask is no more than a line of voxels: it has no shape',
    expected: 'an organ that extends along two axes at least',
    received: `${extents.join('×')} voxels`,
    action: 'draw the liver, or leave the mask out',
  });
}

function tooManyVoxels(received: number): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_VOXELS, {
    what: 'the mask is too large for features',
    expected: `at most ${organVoxelsMax} voxels`,
    received,
    action: 'check that the mask is of the liver alone',
  });
}
