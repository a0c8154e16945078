import { ErrorCode, HepastageError } from '@hepastage/proto';
import { type HeaderLayout, nifti1, nifti2, readField } from './header-layout.ts';

/** The fields of a header that matter here, as stored. */
export interface NiftiHeader {
  readonly layout: HeaderLayout;
  readonly littleEndian: boolean;
  readonly dim: readonly number[];
  readonly datatype: number;
  readonly bitpix: number;
  readonly pixdim: readonly number[];
  readonly voxOffset: number;
  readonly sclSlope: number;
  readonly sclInter: number;
  readonly units: number;
  readonly qformCode: number;
  readonly sformCode: number;
  /** b, c, d. */
  readonly quatern: readonly number[];
  readonly qoffset: readonly number[];
  /** Three rows of four. */
  readonly srow: readonly number[];
}

/** Bytes that tell which NIfTI a file is. */
const identifyingBytes = 4;
/** A DICOM file has these letters after a preamble of 128 bytes. */
const dicomMark = { at: 128, text: 'DICM' };
const sendNifti = 'send a single-file NIfTI image (.nii or .nii.gz)';

/** Which NIfTI the file is, once its first four bytes are there. Throws NOT_NIFTI. */
function identify(prefix: Uint8Array): { layout: HeaderLayout; littleEndian: boolean } | undefined {
  if (prefix.length < identifyingBytes) return undefined;
  const view = viewOf(prefix);
  for (const littleEndian of [true, false]) {
    const sizeofHdr = view.getInt32(0, littleEndian);
    const layout = [nifti1, nifti2].find(({ headerBytes }) => headerBytes === sizeofHdr);
    if (layout !== undefined) return { layout, littleEndian };
  }
  throw new HepastageError(ErrorCode.NOT_NIFTI, {
    what: holds(prefix, dicomMark.at, dicomMark.text)
      ? 'the file is DICOM, not NIfTI'
      : 'the file is not NIfTI',
    where: 'sizeof_hdr',
    expected: `${nifti1.headerBytes} or ${nifti2.headerBytes}`,
    received: view.getInt32(0, true),
    action: sendNifti,
  });
}

/** The header, or undefined while its bytes are not all there. Throws NOT_NIFTI. */
export function readHeader(prefix: Uint8Array): NiftiHeader | undefined {
  const identity = identify(prefix);
  if (identity === undefined || prefix.length < identity.layout.headerBytes) return undefined;
  const { layout, littleEndian } = identity;
  checkMagic(prefix, layout);

  const { fields } = layout;
  const view = viewOf(prefix);
  const many = (field: keyof typeof fields, count: number): number[] =>
    readField(view, fields[field], littleEndian, count);
  const one = (field: keyof typeof fields): number => many(field, 1)[0]!;
  return {
    layout,
    littleEndian,
    dim: many('dim', 8),
    datatype: one('datatype'),
    bitpix: one('bitpix'),
    pixdim: many('pixdim', 8),
    voxOffset: one('voxOffset'),
    sclSlope: one('sclSlope'),
    sclInter: one('sclInter'),
    units: one('units'),
    qformCode: one('qformCode'),
    sformCode: one('sformCode'),
    quatern: many('quatern', 3),
    qoffset: many('qoffset', 3),
    srow: many('srow', 12),
  };
}

function checkMagic(prefix: Uint8Array, { version, magic }: HeaderLayout): void {
  if (holds(prefix, magic.at, magic.single)) return;
  const name = magic.single.slice(0, 3);
  const not = (what: string, action: string): HepastageError =>
    new HepastageError(ErrorCode.NOT_NIFTI, { what, where: 'magic', expected: name, action });
  if (holds(prefix, magic.at, magic.pair)) {
    throw not('the file is the header of a .hdr/.img pair', 'join the pair into one .nii file');
  }
  if (version === 1) throw not('the file is an ANALYZE header or no image at all', sendNifti);
  throw not('the magic bytes are damaged, as by a text-mode transfer', 'transfer the file in binary mode');
}

function holds(bytes: Uint8Array, at: number, text: string): boolean {
  return Array.from(text).every((letter, n) => bytes[at + n] === letter.charCodeAt(0));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
