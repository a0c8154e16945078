import type { VoxelArray } from '../volume.ts';
import type { Datatype } from './datatype.ts';

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export interface VoxelLayout {
  readonly datatype: Datatype;
  readonly littleEndian: boolean;
}

/**
 * The voxels in `bytes` (a whole number of them). A view of the same memory wherever alignment and byte order allow.
 * With `mayOverwrite`, foreign byte order is swapped in place instead of in a copy. 64-bit integers become float64.
 */
export function viewVoxels(
  bytes: Uint8Array,
  { datatype, littleEndian }: VoxelLayout,
  mayOverwrite: boolean,
): VoxelArray {
  const swap = datatype.bytes > 1 && littleEndian !== hostIsLittleEndian;
  const misaligned = bytes.byteOffset % datatype.bytes !== 0;
  const aligned = misaligned || (swap && !mayOverwrite) ? new Uint8Array(bytes) : bytes;
  if (swap) swapInPlace(aligned, datatype.bytes);
  const values = new datatype.view(aligned.buffer, aligned.byteOffset, aligned.length / datatype.bytes);
  return values instanceof BigInt64Array || values instanceof BigUint64Array ? toFloat64(values) : values;
}

/** Not `Float64Array.from`: that makes a list of all the big integers first, at 30 times the memory. */
function toFloat64(values: BigInt64Array | BigUint64Array): Float64Array {
  const converted = new Float64Array(values.length);
  for (let n = 0; n < values.length; n++) converted[n] = Number(values[n]);
  return converted;
}

function swapInPlace(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else buffer.swap64();
}
