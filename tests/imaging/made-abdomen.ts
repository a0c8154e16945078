import { orientationOf, type Triple, type Volume } from '@hepastage/imaging';
import { columnNorms, transform } from '../../packages/imaging/src/geometry/affine.ts';
import { centredAffine } from '../../packages/imaging/src/testing/scene.ts';
import { seededRandom } from '../../packages/imaging/src/testing/random.ts';

/** An acquisition of the made abdomen. */
export interface Acquisition {
  readonly dims: Triple;
  /** Steps of i, j, k, mm. */
  readonly columns: readonly [Triple, Triple, Triple];
  /** Standard deviation of the noise of either channel; fat is 200, liver 100. */
  readonly noise: number;
  /** Size of the body, 1 for an adult's. */
  readonly size: number;
}

const axial: Acquisition = {
  dims: [200, 140, 45],
  columns: [
    [-1.9, 0, 0],
    [0, -1.9, 0],
    [0, 0, 4],
  ],
  noise: 4,
  size: 1,
};

/** Fat around muscle around a liver, the same all along the body; 330 mm wide, 220 mm deep. Magnitudes, as scanners make them. */
export function acquire(changes: Partial<Acquisition> = {}): Volume {
  const { dims, columns, noise, size } = { ...axial, ...changes };
  const affine = centredAffine(dims, columns);
  const normal = normalNumbers(7);
  const data = new Int16Array(dims[0] * dims[1] * dims[2]);
  for (let n = 0; n < data.length; n++) {
    const [i, j, k] = [n % dims[0], Math.floor(n / dims[0]) % dims[1], Math.floor(n / (dims[0] * dims[1]))];
    const [x, y, z] = transform(affine, [i, j, k]);
    data[n] = Math.round(
      Math.hypot(abdomen(x / size, y / size, z / size) + noise * normal(), noise * normal()),
    );
  }
  return {
    dims,
    affine,
    spacing: columnNorms(affine),
    affineSource: 'sform',
    orientation: orientationOf(affine),
    data,
    slope: 1,
    intercept: 0,
    encoding: { format: 'NIfTI-1', datatype: 'int16', byteOrder: 'little', gzip: false },
    findings: [],
  };
}

function abdomen(x: number, y: number, z: number): number {
  const within = (radius: number) => Math.hypot(x / 165, y / 110) < radius;
  if (!within(1)) return 0;
  if (!within(0.85)) return 200;
  const liver = 60 / (1 + Math.exp((Math.hypot((x - 70) / 70, y / 65, z / 75) - 1) * 8));
  return 50 + liver + 10 * Math.sin(x / 12) * Math.sin(y / 15);
}

export function normalNumbers(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Steps of an axial stack. */
export const steps = (inPlaneMm: number, sliceMm: number): Acquisition['columns'] => [
  [-inPlaneMm, 0, 0],
  [0, -inPlaneMm, 0],
  [0, 0, sliceMm],
];
export const coronal = (slices: number): Partial<Acquisition> => ({
  dims: [200, 160, slices],
  columns: [
    [-1.9, 0, 0],
    [0, 0, -1.9],
    [0, -5, 0],
  ],
});

/** The same voxels, stored in another order: voxel axis n of the new volume is axis `order[n]` of the old one. */
export function reoriented(
  volume: Volume,
  order: readonly [0 | 1 | 2, 0 | 1 | 2, 0 | 1 | 2],
  flip: boolean,
): Volume {
  const dims = order.map((axis) => volume.dims[axis]) as unknown as Triple;
  const columns = order.map((axis) =>
    [0, 1, 2].map((row) => (flip ? -1 : 1) * volume.affine[4 * row + axis]!),
  ) as unknown as Acquisition['columns'];
  const affine = centredAffine(dims, columns);
  const jumps = [1, volume.dims[0], volume.dims[0] * volume.dims[1]];
  const data = new Int16Array(volume.data.length);
  for (let n = 0; n < data.length; n++) {
    const at = [n % dims[0], Math.floor(n / dims[0]) % dims[1], Math.floor(n / (dims[0] * dims[1]))];
    const from = at.map((index, axis) => (flip ? dims[axis]! - 1 - index : index) * jumps[order[axis]!]!);
    data[n] = volume.data[from[0]! + from[1]! + from[2]!]!;
  }
  return { ...volume, dims, affine, spacing: columnNorms(affine), orientation: orientationOf(affine), data };
}

/** The values of `volume` under noise of that standard deviation in either channel. */
export function noisy(volume: Volume, noise: number): Volume {
  const normal = normalNumbers(11);
  const data = Float32Array.from(volume.data, (stored) => {
    const value = volume.slope * stored + volume.intercept;
    return Math.hypot(value + noise * normal(), noise * normal());
  });
  return { ...volume, data, slope: 1, intercept: 0 };
}
