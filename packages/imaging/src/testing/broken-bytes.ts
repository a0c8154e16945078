import { type BrokenFile, nonsense } from './broken-file.ts';
import { buildNifti, extension } from './nifti-builder.ts';

const whole = buildNifti();

/** Files that are no NIfTI, not all of one, or more than one. */
export const brokenBytes: readonly BrokenFile[] = [
  {
    name: 'no bytes',
    file: new Uint8Array(0),
    code: 'EMPTY_FILE',
    message: 'the file has no bytes; send the file again',
  },
  {
    name: 'text',
    file: Buffer.from('hello, I am no image'),
    code: 'NOT_NIFTI',
    message:
      'sizeof_hdr: the file is not NIfTI (expected 348 or 540, received 1819043176); send a single-file NIfTI image (.nii or .nii.gz)',
  },
  {
    name: 'ANALYZE',
    file: patched(whole, 344, [0, 0, 0, 0]),
    code: 'NOT_NIFTI',
    message:
      'magic: the file is an ANALYZE header or no image at all (expected n+1); send a single-file NIfTI image (.nii or .nii.gz)',
  },
  {
    name: 'the header of a pair',
    file: patched(whole, 344, Buffer.from('ni1')),
    code: 'NOT_NIFTI',
    message:
      'magic: the file is the header of a .hdr/.img pair (expected n+1); join the pair into one .nii file',
  },
  {
    name: 'NIfTI-2 with changed line ends',
    file: patched(buildNifti({ version: 2 }), 8, [0x0a]),
    code: 'NOT_NIFTI',
    message:
      'magic: the magic bytes are damaged, as by a text-mode transfer (expected n+2); transfer the file in binary mode',
  },
  {
    name: 'half a header',
    file: whole.subarray(0, 200),
    code: 'TRUNCATED_FILE',
    message:
      'the file ends too early (expected a whole NIfTI header, received 200 bytes); transfer the file again, whole',
  },
  {
    name: 'one byte missing',
    file: whole.subarray(0, -1),
    code: 'TRUNCATED_FILE',
    message: 'the file ends too early (expected 608 bytes, received 607); transfer the file again, whole',
  },
  {
    name: 'dimensions beyond the file',
    file: buildNifti({ header: { dim: [3, 40, 40, 40, 1, 1, 1, 1] } }),
    code: 'TRUNCATED_FILE',
    message: 'the file ends too early (expected 256352 bytes, received 608); transfer the file again, whole',
  },
  {
    name: 'more than the header claims',
    file: Buffer.concat([whole, Buffer.alloc(10_000)]),
    code: 'INVALID_HEADER',
    message: `dim: the file goes on after the voxels that its header claims (expected 608 bytes, received more than 4704); ${nonsense}`,
  },
  ...[8, 17, 48].map((size): BrokenFile => ({
    name: `an extension of ${size} bytes in a place for 32`,
    file: buildNifti({ extensions: Buffer.concat([extension(size, 6), Buffer.alloc(32)]).subarray(0, 32) }),
    code: 'INVALID_HEADER',
    message: `extension at byte 352: a header extension has an impossible size (expected a multiple of 16 up to 32, received ${size}); write the file again without header extensions`,
  })),
  {
    name: 'an impossible extension in a file that breaks off',
    file: buildNifti({
      extensions: Buffer.concat([extension(17, 6), Buffer.alloc(32)]).subarray(0, 32),
    }).subarray(0, -1),
    code: 'INVALID_HEADER',
    message:
      'extension at byte 352: a header extension has an impossible size (expected a multiple of 16 up to 32, received 17); write the file again without header extensions',
  },
];

function patched(file: Uint8Array, at: number, bytes: ArrayLike<number>): Uint8Array {
  const copy = new Uint8Array(file);
  copy.set(bytes, at);
  return copy;
}
