import type { Triple, Volume } from '@hepastage/imaging';

/** Statistics look at no more than this many voxels along each axis. */
const samplesPerAxisMax = 48;

/** A thinned-out volume: every `strides`-th voxel along each axis. */
export interface Samples {
  readonly strides: Triple;
  readonly counts: Triple;
  /** Values, not stored ones, i fastest: some may be NaN or infinite. */
  readonly values: Float32Array;
  /** Largest finite value; −Infinity without any. */
  readonly brightest: number;
}

export function samplesOf({ data, dims, slope, intercept }: Volume): Samples {
  const [si, sj, sk] = dims.map((voxels) => Math.ceil(voxels / samplesPerAxisMax)) as unknown as Triple;
  const counts: Triple = [Math.ceil(dims[0] / si), Math.ceil(dims[1] / sj), Math.ceil(dims[2] / sk)];
  const values = new Float32Array(counts[0] * counts[1] * counts[2]);
  let written = 0;
  let brightest = -Infinity;
  for (let k = 0; k < dims[2]; k += sk) {
    for (let j = 0; j < dims[1]; j += sj) {
      const row = dims[0] * (j + dims[1] * k);
      for (let i = 0; i < dims[0]; i += si) {
        // Rounded to float32 first: what is brightest must be found again among the values.
        const value = Math.fround(slope * data[row + i]! + intercept);
        values[written++] = value;
        if (value > brightest && value < Infinity) brightest = value;
      }
    }
  }
  return { strides: [si, sj, sk], counts, values, brightest };
}
