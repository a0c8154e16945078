import { nifti1, nifti2 } from '../../../packages/imaging/src/nifti/header-layout.ts';
import {
  buildNifti,
  extension,
  type NiftiSpec,
} from '../../../packages/imaging/src/testing/nifti-builder.ts';
import type { Draw } from '../engine/draw.ts';
import { changed } from '../engine/mutate-bytes.ts';
import { extremeReals, overwriteNumberAt } from '../engine/mutate-numbers.ts';
import type { Mutator, Seed } from '../engine/target.ts';

const dims = [9, 8, 7] as const;
/** Voxel → RAS, mm. */
const affine = [-1.5, 0.1, 0, 90, 0, -1.5, 0.2, 120, 0, 0, 3, -40, 0, 0, 0, 1];
const voxel = (i: number, j: number, k: number) => (37 * i + 11 * j + 5 * k) % 100;
const byQuaternion = { sformCode: [0], qformCode: [1], quatern: [0.12, -0.2, 0.95], qoffset: [7, 5, -4] };

const soundSpecs: readonly NiftiSpec[] = [
  {},
  { datatype: 'int16', dims, affine, voxel },
  { datatype: 'uint8', dims, affine, voxel, littleEndian: false },
  { datatype: 'float64', dims, affine, voxel, version: 2 },
  { datatype: 'int64', dims, affine, voxel, version: 2, littleEndian: false },
  { datatype: 'float32', dims, voxel, header: byQuaternion },
  { datatype: 'uint16', dims, affine, voxel, extensions: extension(64, 6) },
  { datatype: 'int8', dims, affine, voxel, header: { sclSlope: [1.25], sclInter: [-20] } },
];
export const soundNiftis: readonly Uint8Array[] = soundSpecs.map((spec) => buildNifti(spec));

const fields = Object.keys(nifti1.fields) as (keyof typeof nifti1.fields)[];
/** Numbers of a field. */
const counts: Partial<Record<(typeof fields)[number], number>> = {
  dim: 8,
  pixdim: 8,
  quatern: 3,
  qoffset: 3,
  srow: 12,
};
const bytesOf = { uint8: 1, int16: 2, int32: 4, float32: 4, float64: 8, int64: 8 } as const;

const headerPlaces = [nifti1, nifti2].flatMap(({ fields: layout }) =>
  fields.flatMap((name) => {
    const { at, type } = layout[name];
    const bytes = bytesOf[type];
    return Array.from({ length: counts[name] ?? 1 }, (_, n) => ({ at: at + n * bytes, bytes }));
  }),
);
const extremeReal: Mutator = (input, draw) =>
  changed(input, (bytes) => {
    const isNifti2 = draw.chance(0.3);
    const { at, type } = (isNifti2 ? nifti2 : nifti1).fields[
      draw.pick(['pixdim', 'srow', 'quatern', 'sclSlope', 'sclInter'] as const)
    ];
    const view = new DataView(bytes.buffer);
    const place = at + draw.below(4) * bytesOf[type];
    if (place + 8 > bytes.length) return;
    if (isNifti2) view.setFloat64(place, draw.pick(extremeReals), draw.chance(0.8));
    else view.setFloat32(place, draw.pick(extremeReals), draw.chance(0.8));
  });

/** Behind the header: voxels, as a rule. */
const extremeVoxel: Mutator = (input, draw) =>
  changed(input, (bytes) => {
    const isDouble = draw.chance(0.2);
    const width = isDouble ? 8 : 4;
    const place =
      nifti1.voxOffsetMin +
      width * draw.below(Math.max(1, Math.floor((bytes.length - nifti1.voxOffsetMin) / width)));
    if (place + width > bytes.length) return;
    const view = new DataView(bytes.buffer);
    if (isDouble) view.setFloat64(place, draw.pick(extremeReals), draw.chance(0.8));
    else view.setFloat32(place, draw.pick(extremeReals), draw.chance(0.8));
  });

export const niftiMutators: readonly Mutator[] = [overwriteNumberAt(headerPlaces), extremeReal, extremeVoxel];

/** A whole file whose header says something of its own, with as many voxels as it claims where those are few. */
const ownHeader: Seed = (draw) => {
  const size = [draw.between(1, 12), draw.between(1, 12), draw.between(1, 6)] as const;
  return buildNifti({
    version: draw.chance(0.3) ? 2 : 1,
    littleEndian: draw.chance(0.7),
    datatype: draw.pick(['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64']),
    dims: size,
    voxel: draw.chance(0.8) ? voxel : () => draw.pick([0, 1, 255]),
    ...(draw.chance(0.7) && { affine }),
    ...(draw.chance(0.2) && { extensions: extension(16 * draw.between(1, 4), draw.below(50)) }),
    header: ownFields(draw, size),
  });
};

function ownFields(draw: Draw, size: readonly number[]): NonNullable<NiftiSpec['header']> {
  const real = () => draw.pick([...extremeReals, 1.5, 2, 3]);
  const choices: readonly NonNullable<NiftiSpec['header']>[] = [
    { pixdim: [draw.pick([-1, 0, 1]), real(), real(), real(), 0, 0, 0, 0] },
    {
      srow: Array.from({ length: 12 }, (_, n) => (draw.chance(0.3) ? real() : (affine[n] ?? 0))),
      sformCode: [1],
    },
    { ...byQuaternion, quatern: [real(), real(), real()] },
    { dim: [draw.between(0, 7), ...size, draw.below(3), draw.below(3), 1, 1] },
    { dim: [3, ...size.map((n) => n * draw.pick([1, 1, 100, 1_000])), 1, 1, 1, 1] },
    { units: [draw.below(256)], sclSlope: [real()], sclInter: [real()] },
    {},
  ];
  return draw.pick(choices);
}

export const niftiSeeds: readonly Seed[] = [ownHeader];
