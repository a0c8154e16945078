import { constantImage, noFiniteVoxels } from '../voxel-survey.ts';
import type { Triple, Volume } from '../volume.ts';

/** Statistics look at no more than this many voxels along each axis. */
const samplesPerAxisMax = 64;

/** The voxels of the statistics grid that are brighter than its mean: tissue rather than air. */
export interface Body {
  readonly values: Float64Array;
  /** `[voxels, 3]`: i, j and k of each. */
  readonly indices: Uint32Array;
}

/** Throws NO_FINITE_VOXELS, CONSTANT_IMAGE. */
export function bodyOf(volume: Volume): Body {
  const strides = triple(volume.dims, (voxels) => Math.ceil(voxels / samplesPerAxisMax));
  const firsts = firstSampled(volume, strides);
  const samples = sample(volume, firsts, strides);
  const mean = meanOfFinite(samples);
  const values = new Float64Array(samples.length);
  const indices = new Uint32Array(3 * samples.length);

  const [ni, nj, nk] = volume.dims;
  let read = 0;
  let count = 0;
  for (let k = firsts[2]; k < nk; k += strides[2]) {
    for (let j = firsts[1]; j < nj; j += strides[1]) {
      for (let i = firsts[0]; i < ni; i += strides[0]) {
        const value = samples[read++]!;
        if (!(value > mean && value < Infinity)) continue;
        indices[3 * count] = i;
        indices[3 * count + 1] = j;
        indices[3 * count + 2] = k;
        values[count++] = value;
      }
    }
  }
  if (count === 0) throw constantImage(mean);
  return { values: values.subarray(0, count), indices: indices.subarray(0, 3 * count) };
}

/**
 * The first voxel of the statistics grid along each axis. The grid begins at the patient's right, front and foot, whichever way the axes run, so that
 * a volume has the same statistics however it is stored.
 */
function firstSampled({ dims, orientation }: Volume, strides: Triple): Triple {
  return triple(dims, (voxels, axis) =>
    'LPS'.includes(orientation[axis]!) ? 0 : (voxels - 1) % strides[axis]!,
  );
}

/** Every `strides`-th voxel's value from `firsts` on, i fastest. */
function sample({ data, dims, slope, intercept }: Volume, firsts: Triple, strides: Triple): Float64Array {
  const [ni, nj, nk] = dims;
  const counts = triple(dims, (voxels, axis) => Math.ceil((voxels - firsts[axis]!) / strides[axis]!));
  const samples = new Float64Array(counts.reduce((product, count) => product * count));
  let written = 0;
  for (let k = firsts[2]; k < nk; k += strides[2]) {
    for (let j = firsts[1]; j < nj; j += strides[1]) {
      const row = (k * nj + j) * ni;
      for (let i = firsts[0]; i < ni; i += strides[0])
        samples[written++] = slope * data[row + i]! + intercept;
    }
  }
  return samples;
}

function triple([i, j, k]: Triple, of: (value: number, axis: number) => number): Triple {
  return [of(i, 0), of(j, 1), of(k, 2)];
}

function meanOfFinite(samples: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let n = 0; n < samples.length; n++) {
    const value = samples[n]!;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  if (count === 0) throw noFiniteVoxels();
  return sum / count;
}
