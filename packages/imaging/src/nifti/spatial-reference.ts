import { ErrorCode, HepastageError } from '@hepastage/proto';
import { type Affine, affineOf, columnNorms, determinant } from '../geometry/affine.ts';
import { orientationOf } from '../geometry/orientation.ts';
import { spacingMmMax, spacingMmMin } from '../geometry/spacing-limits.ts';
import type { Geometry, Triple } from '../volume.ts';
import type { NiftiHeader } from './header.ts';

/** Smallest volume of the unit cell relative to a right-angled one with the same edges: below, axes coincide. */
const cellVolumeRatioMin = 1e-3;
/** How far b²+c²+d² may exceed 1 by rounding to float32. */
const quaternionExcessMax = 1e-5;
/** Millimetres per unit by the low three bits of `xyzt_units`. Unknown units are millimetres in practice. */
const mmPerUnit: Readonly<Record<number, number>> = { 1: 1000, 2: 1, 3: 0.001 };

/** Where the voxels lie: sform before qform before `pixdim` alone, as the standard ranks them. Throws INVALID_SPACING, INVALID_AFFINE. */
export function spatialReferenceOf(header: NiftiHeader, dims: Triple): Geometry {
  checkPixdim(header.pixdim);
  const affineSource = header.sformCode > 0 ? 'sform' : header.qformCode > 0 ? 'qform' : 'none';
  const scale = mmPerUnit[header.units & 7] ?? 1;
  const affine = affineFrom[affineSource](header).map((value, n) => (n < 12 ? value * scale : value));
  checkAffine(affine, affineSource);
  const spacing = columnNorms(affine);
  checkSpacing(spacing, affineSource);
  return { dims, affine, spacing, affineSource, orientation: orientationOf(affine) };
}

const affineFrom: Readonly<
  Record<Exclude<Geometry['affineSource'], 'dicom'>, (header: NiftiHeader) => Affine>
> = {
  sform: ({ srow }) => affineOf([srow.slice(0, 4), srow.slice(4, 8), srow.slice(8, 12)]),
  qform: affineOfQuaternion,
  // "Method 1" of the standard: no rotation, no offset.
  none: ({ pixdim: [, x = 0, y = 0, z = 0] }) => affineOf([[x, 0, 0, 0], [0, y, 0, 0], [0, 0, z, 0]]), // prettier-ignore
};

/** "Method 2" of the standard: rotation by a unit quaternion of which b, c, d are stored; `pixdim[0]` < 0 flips k. */
function affineOfQuaternion({ quatern, qoffset, pixdim }: NiftiHeader): Affine {
  const square = quatern.reduce((sum, value) => sum + value * value, 0);
  if (!(square <= 1 + quaternionExcessMax)) {
    throw invalidAffine('the quaternion is no rotation', 'quatern_b, quatern_c, quatern_d', {
      expected: 'b²+c²+d² of at most 1',
      received: square,
    });
  }
  const shrink = square > 1 ? 1 / Math.sqrt(square) : 1;
  const a = Math.sqrt(Math.max(0, 1 - square));
  const [b, c, d] = quatern.map((value) => value * shrink) as [number, number, number];
  const [qfac, dx, dy, dz] = pixdim as [number, number, number, number];
  const dk = qfac < 0 ? -dz : dz;
  const [x, y, z] = qoffset as [number, number, number];
  return affineOf([
    [(a * a + b * b - c * c - d * d) * dx, 2 * (b * c - a * d) * dy, 2 * (b * d + a * c) * dk, x],
    [2 * (b * c + a * d) * dx, (a * a + c * c - b * b - d * d) * dy, 2 * (c * d - a * b) * dk, y],
    [2 * (b * d - a * c) * dx, 2 * (c * d + a * b) * dy, (a * a + d * d - b * b - c * c) * dk, z],
  ]);
}

function checkPixdim(pixdim: readonly number[]): void {
  for (const axis of [1, 2, 3]) {
    const step = pixdim[axis]!;
    if (step > 0 && Number.isFinite(step)) continue;
    throw invalidSpacing('voxel spacing is not a positive number', `pixdim[${axis}]`, 'above 0', step);
  }
}

function checkAffine(affine: Affine, source: string): void {
  if (!affine.every(Number.isFinite)) throw invalidAffine('the affine is not finite', source);
  const [i, j, k] = columnNorms(affine);
  const ratio = Math.abs(determinant(affine)) / (i * j * k);
  if (!(ratio >= cellVolumeRatioMin))
    throw invalidAffine('the affine is singular: two axes coincide', source);
}

function checkSpacing(spacing: Triple, source: string): void {
  for (const [n, step] of spacing.entries()) {
    if (step >= spacingMmMin && step <= spacingMmMax) continue;
    const where = source === 'none' ? `pixdim[${n + 1}]` : `${source}, column ${n + 1}`;
    throw invalidSpacing(
      'voxel spacing is implausible',
      where,
      `${spacingMmMin} to ${spacingMmMax} mm`,
      `${Number(step.toPrecision(4))} mm`,
    );
  }
}

function invalidSpacing(
  what: string,
  where: string,
  expected: string,
  received: string | number,
): HepastageError {
  const action = 'write the file again with the true spacing (and its unit)';
  return new HepastageError(ErrorCode.INVALID_SPACING, { what, where, expected, received, action });
}

function invalidAffine(
  what: string,
  where: string,
  values: { expected?: string; received?: number } = {},
): HepastageError {
  const action = 'write the file again with a valid orientation';
  return new HepastageError(ErrorCode.INVALID_AFFINE, { what, where, ...values, action });
}
