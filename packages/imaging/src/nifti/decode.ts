import type { ImageKind, ImageLimits, Volume } from '../volume.ts';
import {
  checkNotLonger,
  checkNotShorter,
  type HeaderClaims,
  claimsOf,
  emptyFile,
  truncated,
} from './claims.ts';
import { checkExtensions } from './extensions.ts';
import { geometryFindings } from './geometry-findings.ts';
import { gunzipClaimed, isGzip, peekGzip } from './gzip.ts';
import { nifti2 } from './header-layout.ts';
import { readHeader } from './header.ts';
import { nonFiniteFinding, VoxelSurvey } from '../voxel-survey.ts';
import { viewVoxels } from './voxel-view.ts';

/**
 * Decodes a single-file NIfTI-1 or NIfTI-2 image, gzipped or not. The header is checked against the standard and the
 * limits before anything of its size is allocated. The volume may share the memory of `file`, which is never written to.
 *
 * Throws EMPTY_FILE, NOT_NIFTI, CORRUPT_GZIP, TRUNCATED_FILE, DECOMPRESSED_TOO_LARGE, TOO_MANY_VOXELS, INVALID_HEADER,
 * UNSUPPORTED_DATATYPE, UNSUPPORTED_DIMENSIONS, INVALID_SPACING, INVALID_AFFINE; for an image NO_FINITE_VOXELS and
 * CONSTANT_IMAGE; for a mask EMPTY_MASK.
 */
export function decodeNifti(file: Uint8Array, limits: ImageLimits, kind: ImageKind = 'image'): Volume {
  const gzip = isGzip(file);
  const claims = readClaims(gzip ? peekGzip(file, nifti2.headerBytes) : file, limits);
  const bytes = gzip ? gunzipClaimed(file, claims) : file;
  checkNotLonger(claims, bytes.length);
  // As far as a stream would have shown them before it broke off.
  if (bytes.length >= claims.voxOffset) checkExtensions(bytes, claims);
  checkNotShorter(claims, bytes.length);

  const { geometry, datatype, header, slope, intercept } = claims;
  const stored = bytes.subarray(claims.voxOffset, claims.endOffset);
  const data = viewVoxels(stored, { datatype, littleEndian: header.littleEndian }, gzip);
  const survey = new VoxelSurvey(kind, claims);
  survey.add(data);
  survey.check();

  const nonFinite = nonFiniteFinding(data);
  return {
    data,
    slope,
    intercept,
    ...geometry,
    encoding: {
      format: `NIfTI-${header.layout.version}`,
      datatype: datatype.name,
      byteOrder: header.littleEndian ? 'little' : 'big',
      gzip,
    },
    findings: [...geometryFindings(geometry, header), ...(nonFinite === undefined ? [] : [nonFinite])],
  };
}

function readClaims(prefix: Uint8Array, limits: ImageLimits): HeaderClaims {
  if (prefix.length === 0) throw emptyFile();
  const header = readHeader(prefix);
  if (header === undefined) throw truncated('a whole NIfTI header', `${prefix.length} bytes`);
  return claimsOf(header, limits);
}
