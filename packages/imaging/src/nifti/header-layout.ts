/** Where the fields of a NIfTI header lie (nifti1.h and nifti2.h of the NIfTI Data Format Working Group). */

const types = {
  uint8: { bytes: 1, get: 'getUint8', set: 'setUint8' },
  int16: { bytes: 2, get: 'getInt16', set: 'setInt16' },
  int32: { bytes: 4, get: 'getInt32', set: 'setInt32' },
  float32: { bytes: 4, get: 'getFloat32', set: 'setFloat32' },
  float64: { bytes: 8, get: 'getFloat64', set: 'setFloat64' },
  int64: { bytes: 8, get: 'getBigInt64', set: 'setBigInt64' },
} as const;

interface Field {
  readonly at: number;
  readonly type: keyof typeof types;
}

export interface HeaderLayout {
  readonly version: 1 | 2;
  /** Value of `sizeof_hdr`, and the header's length, bytes. */
  readonly headerBytes: number;
  /** Smallest `vox_offset`: the header and the four extension flags. */
  readonly voxOffsetMin: number;
  readonly magic: { readonly at: number; readonly single: string; readonly pair: string };
  readonly fields: Readonly<
    Record<
      | 'dim'
      | 'datatype'
      | 'bitpix'
      | 'pixdim'
      | 'voxOffset'
      | 'sclSlope'
      | 'sclInter'
      | 'units'
      | 'qformCode'
      | 'sformCode'
      | 'quatern'
      | 'qoffset'
      | 'srow',
      Field
    >
  >;
}

export const nifti1: HeaderLayout = {
  version: 1,
  headerBytes: 348,
  voxOffsetMin: 352,
  magic: { at: 344, single: 'n+1\0', pair: 'ni1\0' },
  fields: {
    dim: { at: 40, type: 'int16' },
    datatype: { at: 70, type: 'int16' },
    bitpix: { at: 72, type: 'int16' },
    pixdim: { at: 76, type: 'float32' },
    voxOffset: { at: 108, type: 'float32' },
    sclSlope: { at: 112, type: 'float32' },
    sclInter: { at: 116, type: 'float32' },
    units: { at: 123, type: 'uint8' },
    qformCode: { at: 252, type: 'int16' },
    sformCode: { at: 254, type: 'int16' },
    quatern: { at: 256, type: 'float32' },
    qoffset: { at: 268, type: 'float32' },
    srow: { at: 280, type: 'float32' },
  },
};

export const nifti2: HeaderLayout = {
  version: 2,
  headerBytes: 540,
  voxOffsetMin: 544,
  // The line ends show whether the file went through a text-mode transfer.
  magic: { at: 4, single: 'n+2\0\r\n\x1a\n', pair: 'ni2\0\r\n\x1a\n' },
  fields: {
    datatype: { at: 12, type: 'int16' },
    bitpix: { at: 14, type: 'int16' },
    dim: { at: 16, type: 'int64' },
    pixdim: { at: 104, type: 'float64' },
    voxOffset: { at: 168, type: 'int64' },
    sclSlope: { at: 176, type: 'float64' },
    sclInter: { at: 184, type: 'float64' },
    qformCode: { at: 344, type: 'int32' },
    sformCode: { at: 348, type: 'int32' },
    quatern: { at: 352, type: 'float64' },
    qoffset: { at: 376, type: 'float64' },
    srow: { at: 400, type: 'float64' },
    units: { at: 500, type: 'int32' },
  },
};

/** The numbers of a field, `count` in a row. */
export function readField(view: DataView, field: Field, littleEndian: boolean, count = 1): number[] {
  const { bytes, get } = types[field.type];
  return Array.from({ length: count }, (_, n) => Number(view[get](field.at + n * bytes, littleEndian)));
}

export function writeField(
  view: DataView,
  field: Field,
  littleEndian: boolean,
  values: readonly number[],
): void {
  const type = types[field.type];
  for (const [n, value] of values.entries()) {
    const at = field.at + n * type.bytes;
    if (type.set === 'setBigInt64') view.setBigInt64(at, BigInt(value), littleEndian);
    else view[type.set](at, value, littleEndian);
  }
}
