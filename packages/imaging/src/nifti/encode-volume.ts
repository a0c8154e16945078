import type { Volume, VoxelArray } from '../volume.ts';
import { datatypes } from './datatype.ts';
import { emptyNifti } from './encode-header.ts';

/** Writes a volume as a single-file NIfTI-1 image, its voxels as they are stored and its scaling beside them. */
export function encodeVolume(volume: Volume): Uint8Array {
  const { data, slope, intercept } = volume;
  const datatype = datatypes.find(({ view }) => data instanceof view);
  if (datatype === undefined) throw new TypeError('voxels of a type that NIfTI does not have');
  const { code, bytes } = datatype;
  const { file, voxels } = emptyNifti(volume, { code, bitpix: 8 * bytes, slope, intercept });
  voxels.set(bytesOf(data));
  return file;
}

/** The machines that this runs on are little endian, as the file is. */
function bytesOf(data: VoxelArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
