import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { VoxelArray } from '../volume.ts';

type TypedArray = VoxelArray | BigInt64Array | BigUint64Array;

/** A scalar datatype of the standard (nifti1.h, `DT_*`). */
export interface Datatype {
  readonly code: number;
  readonly name: string;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly view: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray;
}

export const datatypes: readonly Datatype[] = [
  { code: 2, name: 'uint8', bytes: 1, view: Uint8Array },
  { code: 4, name: 'int16', bytes: 2, view: Int16Array },
  { code: 8, name: 'int32', bytes: 4, view: Int32Array },
  { code: 16, name: 'float32', bytes: 4, view: Float32Array },
  { code: 64, name: 'float64', bytes: 8, view: Float64Array },
  { code: 256, name: 'int8', bytes: 1, view: Int8Array },
  { code: 512, name: 'uint16', bytes: 2, view: Uint16Array },
  { code: 768, name: 'uint32', bytes: 4, view: Uint32Array },
  { code: 1024, name: 'int64', bytes: 8, view: BigInt64Array },
  { code: 1280, name: 'uint64', bytes: 8, view: BigUint64Array },
];

/** Datatypes of the standard that are no scalar image: named, so that the refusal says what the file holds. */
const refusedNames = new Map([
  [1, 'binary'],
  [32, 'complex64'],
  [128, 'RGB24'],
  [1536, 'float128'],
  [1792, 'complex128'],
  [2048, 'complex256'],
  [2304, 'RGBA32'],
]);

/** Throws UNSUPPORTED_DATATYPE, or INVALID_HEADER where `bitpix` contradicts `datatype`. */
export function datatypeOf(code: number, bitpix: number): Datatype {
  const datatype = datatypes.find((known) => known.code === code);
  if (datatype === undefined) {
    throw new HepastageError(ErrorCode.UNSUPPORTED_DATATYPE, {
      what: 'the voxels are of a type that is no scalar image',
      where: 'datatype',
      expected: datatypes.map(({ name }) => name).join(', '),
      received: refusedNames.get(code) ?? `unknown code ${code}`,
      action: 'export a grey-scale magnitude image',
    });
  }
  if (bitpix !== 8 * datatype.bytes) {
    throw new HepastageError(ErrorCode.INVALID_HEADER, {
      what: `bits per voxel contradict the datatype ${datatype.name}`,
      where: 'bitpix',
      expected: 8 * datatype.bytes,
      received: bitpix,
      action: 'write the file again with a standard tool',
    });
  }
  return datatype;
}
