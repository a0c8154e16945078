import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { Geometry, ImageLimits } from '../volume.ts';
import { type Datatype, datatypeOf } from './datatype.ts';
import { dimensionsOf } from './dimensions.ts';
import type { NiftiHeader } from './header.ts';
import { spatialReferenceOf } from './spatial-reference.ts';

/** What a header claims, checked against the standard and the limits but not yet against the bytes. */
export interface HeaderClaims {
  readonly header: NiftiHeader;
  readonly geometry: Geometry;
  readonly datatype: Datatype;
  readonly slope: number;
  readonly intercept: number;
  /** Where the voxels begin, bytes. */
  readonly voxOffset: number;
  /** Where the voxels end, bytes. */
  readonly endOffset: number;
}

/** Most bytes before the voxels, header extensions included: they are kept in memory while a file streams in. */
const voxOffsetMax = 4 * 1024 * 1024;
/** Bytes that may follow the last voxel: some writers pad to a block. */
const trailingBytesMax = 4096;

/** Throws UNSUPPORTED_DATATYPE, UNSUPPORTED_DIMENSIONS, TOO_MANY_VOXELS, DECOMPRESSED_TOO_LARGE, INVALID_HEADER, INVALID_SPACING, INVALID_AFFINE. */
export function claimsOf(header: NiftiHeader, limits: ImageLimits): HeaderClaims {
  const datatype = datatypeOf(header.datatype, header.bitpix);
  const dims = dimensionsOf(header.dim, limits);
  const voxOffset = checkedVoxOffset(header);
  const endOffset = voxOffset + dims[0] * dims[1] * dims[2] * datatype.bytes;
  if (endOffset > limits.decompressedBytesMax) throw tooLarge(limits.decompressedBytesMax, endOffset);
  return {
    header,
    geometry: spatialReferenceOf(header, dims),
    datatype,
    ...scalingOf(header),
    voxOffset,
    endOffset,
  };
}

/** Throws INVALID_HEADER if the file, `bytes` long so far, goes on after the voxels that its header claims. */
export function checkNotLonger({ endOffset }: HeaderClaims, bytes: number): void {
  if (bytes <= bytesMax(endOffset)) return;
  throw new HepastageError(ErrorCode.INVALID_HEADER, {
    what: 'the file goes on after the voxels that its header claims',
    where: 'dim',
    expected: `${endOffset} bytes`,
    received: `more than ${bytesMax(endOffset)}`,
    action: 'write the file again with a standard tool',
  });
}

/** Throws TRUNCATED_FILE if the file, `bytes` long in all, ends before the voxels that its header claims. */
export function checkNotShorter({ endOffset }: HeaderClaims, bytes: number): void {
  if (bytes < endOffset) throw truncated(`${endOffset} bytes`, bytes);
}

/** Most bytes of a file whose voxels end at `endOffset`. */
export function bytesMax(endOffset: number): number {
  return endOffset + trailingBytesMax;
}

export function emptyFile(): HepastageError {
  return new HepastageError(ErrorCode.EMPTY_FILE, {
    what: 'the file has no bytes',
    action: 'send the file again',
  });
}

export function truncated(expected: string, received: number | string): HepastageError {
  return new HepastageError(ErrorCode.TRUNCATED_FILE, {
    what: 'the file ends too early',
    expected,
    received,
    action: 'transfer the file again, whole',
  });
}

function tooLarge(expected: number, received: number): HepastageError {
  return new HepastageError(ErrorCode.DECOMPRESSED_TOO_LARGE, {
    what: 'the image takes more bytes than allowed',
    where: 'dim',
    expected: `at most ${expected} bytes`,
    received,
    action: 'crop or resample the image, or store it with fewer bytes per voxel',
  });
}

function checkedVoxOffset({ voxOffset, layout }: NiftiHeader): number {
  if (Number.isInteger(voxOffset) && voxOffset >= layout.voxOffsetMin && voxOffset <= voxOffsetMax) {
    return voxOffset;
  }
  throw new HepastageError(ErrorCode.INVALID_HEADER, {
    what: 'the voxels begin at an impossible place',
    where: 'vox_offset',
    expected: `a whole number from ${layout.voxOffsetMin} to ${voxOffsetMax}`,
    received: voxOffset,
    action: 'write the file again with a standard tool',
  });
}

/** A slope of 0 (or not finite) means that the voxels are not scaled. */
function scalingOf({ sclSlope, sclInter }: NiftiHeader): { slope: number; intercept: number } {
  if (sclSlope === 0 || !Number.isFinite(sclSlope)) return { slope: 1, intercept: 0 };
  if (Number.isFinite(sclInter)) return { slope: sclSlope, intercept: sclInter };
  throw new HepastageError(ErrorCode.INVALID_HEADER, {
    what: 'the voxels have a slope but no finite intercept',
    where: 'scl_inter',
    received: sclInter,
    action: 'write the file again with a standard tool',
  });
}
