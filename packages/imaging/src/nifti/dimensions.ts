import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { ImageLimits, Triple } from '../volume.ts';

/** Fewest voxels along each axis: below, an image is a picture or a strip and has no slices to stage. */
const axisVoxelsMin = 3;
/** Most voxels along an axis: a NIfTI-1 file, as the heatmap is one, can't say more. */
const axisVoxelsMax = 32_767;
const dimensionsMax = 7;

/** The three dimensions of `dim`. Throws INVALID_HEADER, UNSUPPORTED_DIMENSIONS, TOO_MANY_VOXELS. */
export function dimensionsOf(dim: readonly number[], { voxelsMax }: ImageLimits): Triple {
  const count = dim[0]!;
  if (count < 1 || count > dimensionsMax) {
    throw new HepastageError(ErrorCode.INVALID_HEADER, {
      what: 'the number of dimensions is impossible',
      where: 'dim[0]',
      expected: `1 to ${dimensionsMax}`,
      received: count,
      action: 'write the file again with a standard tool',
    });
  }
  if (count < 3) throw notOneVolume('the image is 2-D', 'dim[0]', '3-D', count);

  const used = dim.slice(1, count + 1);
  for (const [n, voxels] of used.entries()) {
    if (voxels < 1) {
      throw new HepastageError(ErrorCode.INVALID_HEADER, {
        what: 'a dimension is not positive',
        where: `dim[${n + 1}]`,
        received: voxels,
        action: 'write the file again with a standard tool',
      });
    }
    if (n < 3 && voxels < axisVoxelsMin) {
      throw notOneVolume(
        'the image is 2-D or too thin',
        `dim[${n + 1}]`,
        `at least ${axisVoxelsMin}`,
        voxels,
      );
    }
    if (n < 3 && voxels > axisVoxelsMax) {
      throw notOneVolume('an axis is too long', `dim[${n + 1}]`, `at most ${axisVoxelsMax}`, voxels);
    }
    if (n >= 3 && voxels > 1) {
      throw notOneVolume('the file is a series of volumes', `dim[${n + 1}]`, 1, voxels);
    }
  }

  const [i, j, k] = used as [number, number, number];
  // A product beyond 2^53 is rounded, but far beyond any limit all the same.
  if (i * j * k > voxelsMax) {
    throw new HepastageError(ErrorCode.TOO_MANY_VOXELS, {
      what: 'the image has more voxels than allowed',
      where: 'dim',
      expected: `at most ${voxelsMax}`,
      received: `${i}×${j}×${k}`,
      action: 'crop or resample the image',
    });
  }
  return [i, j, k];
}

function notOneVolume(
  what: string,
  where: string,
  expected: string | number,
  received: number,
): HepastageError {
  return new HepastageError(ErrorCode.UNSUPPORTED_DIMENSIONS, {
    what,
    where,
    expected,
    received,
    action: 'send one 3-D volume',
  });
}
