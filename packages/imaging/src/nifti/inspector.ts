import type { Geometry, ImageKind, ImageLimits } from '../volume.ts';
import {
  checkNotLonger,
  checkNotShorter,
  type HeaderClaims,
  claimsOf,
  emptyFile,
  truncated,
} from './claims.ts';
import { checkExtensions } from './extensions.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import { readHeader } from './header.ts';
import { VoxelSurvey } from '../voxel-survey.ts';
import { viewVoxels } from './voxel-view.ts';

const noBytes = new Uint8Array(0);

/**
 * Checks a NIfTI image while it streams by, keeping no more than its header in memory. `write` takes the decompressed bytes in
 * chunks of any size and throws as soon as they show a fault; `end` throws what only the end can show. Same codes as `decodeNifti`
 * (damage of the gzip stream is the decompressor's to report: see `gzipError`).
 *
 * Header (and extensions) → voxels until the survey is settled → the rest is only counted.
 */
export class NiftiInspector {
  readonly #limits: ImageLimits;
  readonly #kind: ImageKind;
  #received = 0;
  /** Everything before the voxels, until the first of them is there. */
  #prefix = new GatheredBytes();
  /** The first bytes of a voxel whose others are still to come. */
  #brokenVoxel = noBytes;
  #claims: HeaderClaims | undefined;
  #survey: VoxelSurvey | undefined;

  constructor(limits: ImageLimits, kind: ImageKind = 'image') {
    this.#limits = limits;
    this.#kind = kind;
  }

  /** Where the voxels lie, once the header has been read. */
  get header(): Geometry | undefined {
    return this.#claims?.geometry;
  }

  write(chunk: Uint8Array): void {
    this.#received += chunk.length;
    if (this.#claims !== undefined) checkNotLonger(this.#claims, this.#received);
    if (this.#survey === undefined) this.#readPrefix(chunk);
    else this.#readVoxels(chunk, this.#survey, this.#received - chunk.length);
  }

  end(): void {
    if (this.#received === 0) throw emptyFile();
    if (this.#claims === undefined) throw truncated('a whole NIfTI header', `${this.#received} bytes`);
    checkNotShorter(this.#claims, this.#received);
    this.#survey?.check();
  }

  #readPrefix(chunk: Uint8Array): void {
    this.#prefix.add(chunk);
    const prefix = this.#prefix.bytes;
    if (this.#claims === undefined) {
      const header = readHeader(prefix);
      if (header === undefined) return;
      this.#claims = claimsOf(header, this.#limits);
      checkNotLonger(this.#claims, this.#received);
    }
    const { voxOffset } = this.#claims;
    if (prefix.length < voxOffset) return;
    checkExtensions(prefix, this.#claims);
    // It may hold megabytes, and is not needed again.
    this.#prefix = new GatheredBytes();
    this.#survey = new VoxelSurvey(this.#kind, this.#claims);
    this.#readVoxels(prefix.subarray(voxOffset), this.#survey, voxOffset);
  }

  /** `at` is the chunk's place in the file. */
  #readVoxels(chunk: Uint8Array, survey: VoxelSurvey, at: number): void {
    if (survey.settled || this.#claims === undefined) return;
    const { datatype, header, endOffset } = this.#claims;
    const bytes = join(this.#brokenVoxel, chunk.subarray(0, Math.max(0, endOffset - at)));
    const whole = bytes.length - (bytes.length % datatype.bytes);
    this.#brokenVoxel = new Uint8Array(bytes.subarray(whole));
    survey.add(viewVoxels(bytes.subarray(0, whole), { datatype, littleEndian: header.littleEndian }, false));
  }
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}
