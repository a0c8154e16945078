import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageLimits, PictureStack } from '@hepastage/imaging';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { readInputFile, unreadable } from '../input-file.ts';
import { type GreyPicture, readPng } from './png.ts';

/** Slice number → path. */
type Slices = ReadonlyMap<number, string>;

/**
 * Reads a folder of PNG slices, in the order of the last number in their names (inferior → superior), with the masks of the same numbers. A slice
 * without a mask has no liver. Throws TOO_FEW_SLICES, DUPLICATE_SLICES, MIXED_GRIDS, MASK_MISMATCH, TOO_MANY_VOXELS, and what `readPng` throws.
 */
export async function readPictures(
  folder: string,
  maskFolder: string | undefined,
  limits: ImageLimits,
): Promise<PictureStack> {
  const slices = await slicesIn(folder);
  const masks = maskFolder === undefined ? undefined : await slicesIn(maskFolder);
  const numbers = [...slices.keys()].sort((a, b) => a - b);
  const first = await readSlice(slices.get(numbers[0]!)!, limits);
  const pixels = first.rows * first.columns;
  if (pixels * numbers.length > limits.voxelsMax) {
    throw new HepastageError(ErrorCode.TOO_MANY_VOXELS, {
      what: 'the pictures have too many pixels',
      expected: `at most ${limits.voxelsMax}`,
      received: pixels * numbers.length,
    });
  }
  const unknown = [...(masks?.keys() ?? [])].find((number) => !slices.has(number));
  if (unknown !== undefined) {
    throw new HepastageError(ErrorCode.MASK_MISMATCH, { what: 'a mask is of no slice', where: masks!.get(unknown)! }); // prettier-ignore
  }

  const grey = new Uint8Array(pixels * numbers.length);
  const liver = masks === undefined ? undefined : new Uint8Array(grey.length);
  for (const [n, number] of numbers.entries()) {
    const path = slices.get(number)!;
    const picture = await readSlice(path, limits);
    checkSize(picture, first, ErrorCode.MIXED_GRIDS, path);
    grey.set(picture.grey, n * pixels);
    const maskPath = masks?.get(number);
    if (maskPath === undefined || liver === undefined) continue;
    const mask = await readSlice(maskPath, limits);
    checkSize(mask, first, ErrorCode.MASK_MISMATCH, maskPath);
    liver.set(mask.grey, n * pixels);
  }
  return { pictures: numbers.length, rows: first.rows, columns: first.columns, grey, liver };
}

async function slicesIn(folder: string): Promise<Slices> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const slices = new Map<number, string>();
  for (const name of names.filter((any) => /^[^.].*\.png$/i.test(any)).sort()) {
    const number = /(\d+)\D*$/.exec(name.slice(0, -'.png'.length))?.[1];
    if (number === undefined) {
      throw new HepastageError(ErrorCode.INVALID_REQUEST, {
        what: 'the picture does not say which slice it is',
        where: join(folder, name),
        expected: 'a name with the number of the slice',
      });
    }
    const known = slices.get(Number(number));
    if (known !== undefined) {
      throw new HepastageError(ErrorCode.DUPLICATE_SLICES, {
        what: `two pictures are of slice ${Number(number)}`,
        where: known,
        received: name,
      });
    }
    slices.set(Number(number), join(folder, name));
  }
  if (slices.size > 0) return slices;
  throw new HepastageError(ErrorCode.TOO_FEW_SLICES, {
    what: 'the folder holds no slices',
    where: folder,
    expected: '.png files',
  });
}

async function readSlice(path: string, limits: ImageLimits): Promise<GreyPicture> {
  return readPng(await readInputFile(path), limits, path);
}

function checkSize(picture: GreyPicture, first: GreyPicture, code: ErrorCode, where: string): void {
  if (picture.rows === first.rows && picture.columns === first.columns) return;
  throw new HepastageError(code, {
    what: 'the pictures are not of one size',
    where,
    expected: `${first.columns}×${first.rows}`,
    received: `${picture.columns}×${picture.rows}`,
  });
}
