import { datatypes } from '../nifti/datatype.ts';
import { nifti1, nifti2, writeField } from '../nifti/header-layout.ts';

type HeaderField = keyof typeof nifti1.fields;

/** A NIfTI file to build. What is left out is a plain 4×4×4 float32 image of 1 mm voxels that counts 0, 1, 2, … */
export interface NiftiSpec {
  readonly version?: 1 | 2;
  readonly littleEndian?: boolean;
  /** Name of a datatype, e.g. `int16`. */
  readonly datatype?: string;
  readonly dims?: readonly [number, number, number];
  /** Stored value of voxel (i, j, k). */
  readonly voxel?: (i: number, j: number, k: number) => number;
  /** Voxel → RAS mm, row-major 4×4: written as the sform. */
  readonly affine?: readonly number[];
  /** Bytes from `voxOffsetMin` to the voxels; they are announced as extensions. */
  readonly extensions?: Uint8Array;
  /** Numbers that replace those of a field: how broken headers are made. */
  readonly header?: Partial<Record<HeaderField, readonly number[]>>;
}

export function buildNifti(spec: NiftiSpec = {}): Uint8Array {
  const { littleEndian = true, dims = [4, 4, 4], extensions = new Uint8Array(0) } = spec;
  const layout = spec.version === 2 ? nifti2 : nifti1;
  const datatype = datatypes.find(({ name }) => name === (spec.datatype ?? 'float32'))!;
  const voxOffset = layout.voxOffsetMin + extensions.length;
  const voxels = dims[0] * dims[1] * dims[2];
  const file = new Uint8Array(voxOffset + voxels * datatype.bytes);
  const view = new DataView(file.buffer);

  const header: Partial<Record<HeaderField, readonly number[]>> = {
    dim: [3, ...dims, 1, 1, 1, 1],
    datatype: [datatype.code],
    bitpix: [8 * datatype.bytes],
    pixdim: [1, 1, 1, 1, 0, 0, 0, 0],
    voxOffset: [voxOffset],
    units: [2],
    ...(spec.affine && { sformCode: [1], srow: spec.affine.slice(0, 12) }),
    ...spec.header,
  };
  view.setInt32(0, layout.headerBytes, littleEndian);
  file.set(Buffer.from(layout.magic.single, 'latin1'), layout.magic.at);
  for (const [field, values] of Object.entries(header)) {
    writeField(view, layout.fields[field as HeaderField], littleEndian, values);
  }
  if (extensions.length > 0) file[layout.headerBytes] = 1;
  file.set(extensions, layout.voxOffsetMin);

  const voxel = spec.voxel ?? ((i, j, k) => i + dims[0] * (j + dims[1] * k));
  for (let n = 0; n < voxels; n++) {
    const [i, j, k] = [n % dims[0], Math.floor(n / dims[0]) % dims[1], Math.floor(n / (dims[0] * dims[1]))];
    writeVoxel(view, voxOffset + n * datatype.bytes, datatype.name, voxel(i, j, k), littleEndian);
  }
  return file;
}

/** One header extension, whole blocks long. */
export function extension(size: number, code: number, littleEndian = true): Uint8Array {
  const bytes = new Uint8Array(Math.max(size, 16));
  const view = new DataView(bytes.buffer);
  view.setInt32(0, size, littleEndian);
  view.setInt32(4, code, littleEndian);
  return bytes;
}

function writeVoxel(view: DataView, at: number, type: string, value: number, littleEndian: boolean): void {
  const writers: Readonly<Record<string, () => void>> = {
    uint8: () => view.setUint8(at, value),
    int8: () => view.setInt8(at, value),
    uint16: () => view.setUint16(at, value, littleEndian),
    int16: () => view.setInt16(at, value, littleEndian),
    uint32: () => view.setUint32(at, value, littleEndian),
    int32: () => view.setInt32(at, value, littleEndian),
    float32: () => view.setFloat32(at, value, littleEndian),
    float64: () => view.setFloat64(at, value, littleEndian),
    uint64: () => view.setBigUint64(at, BigInt(value), littleEndian),
    int64: () => view.setBigInt64(at, BigInt(value), littleEndian),
  };
  writers[type]!();
}
