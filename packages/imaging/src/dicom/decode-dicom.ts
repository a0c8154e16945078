import { readPart10, type TransferSyntax } from '@hepastage/dicom';
import { type DicomInstance, ErrorCode, HepastageError, type PixelFormat } from '@hepastage/proto';
import type { ImageLimits, Triple, Volume, VoxelArray } from '../volume.ts';
import { VoxelSurvey } from '../voxel-survey.ts';
import type { SeriesImage } from './dicom-series.ts';
import { mosaicLayout, untile } from './mosaic.ts';
import { openPixels } from './pixel-data/open-pixels.ts';
import { assertUsable } from './stack/assert-usable.ts';
import type { Stack } from './stack/stack.ts';
import {
  replacePadding,
  type Rescale,
  turnOver,
  type VoxelArrayConstructor,
  voxelArrayFor,
} from './stored-values.ts';

/**
 * Decodes a stack that has a geometry (so of two slices as well, which `assertUsable` refuses). One file after the other is read, so no more than one
 * is in memory beside the volume. Voxels stay as they are stored where all slices share slope and intercept, else they become their values (float32).
 * Padding becomes background, as `replacePadding` says.
 *
 * `fileOf` gives the Part 10 file of an instance. Throws TOO_MANY_VOXELS, DECOMPRESSED_TOO_LARGE; what reading a file throws: NOT_DICOM, CORRUPT_DICOM,
 * TRUNCATED_FILE, CORRUPT_PIXEL_DATA, UNSUPPORTED_TRANSFER_SYNTAX, UNSUPPORTED_PIXELS; INVALID_ATTRIBUTE, CONSTANT_IMAGE; without a geometry the stack's
 * first SEVERE finding.
 */
export async function decodeDicom(
  { geometry, slices, findings }: Stack,
  fileOf: (instance: DicomInstance) => Uint8Array,
  limits: ImageLimits,
): Promise<Volume> {
  if (geometry === undefined) {
    assertUsable(findings);
    throw new RangeError('a stack without a geometry has a SEVERE finding');
  }
  const { frame, instance } = slices[0]!;
  const isShared = slices.every(
    (slice) => slice.frame.slope === frame.slope && slice.frame.intercept === frame.intercept,
  );
  const Voxels: VoxelArrayConstructor = isShared ? voxelArrayFor(instance.pixels!) : Float32Array;
  checkLimits(geometry.dims, instance.pixels!, Voxels.BYTES_PER_ELEMENT, limits);

  const sliceVoxels = geometry.dims[0] * geometry.dims[1];
  const data: VoxelArray = new Voxels(sliceVoxels * geometry.dims[2]);
  let syntax: TransferSyntax | undefined;
  for (const [from, places] of placesByInstance(slices)) {
    const format = from.pixels!;
    const part10 = readPart10(fileOf(from), limits);
    syntax ??= part10.syntax;
    const opened = await openPixels(part10, format, from.frames.length);
    for (const { image, k } of places) {
      const rescale = checkedRescale(image.frame);
      for (const [n, stored] of slicesOf(opened.frame(image.index), from).entries()) {
        const voxels = data.subarray((k + n) * sliceVoxels, (k + n + 1) * sliceVoxels);
        voxels.set(stored);
        replacePadding(voxels, format, rescale);
        turnOver(voxels, format);
        if (!isShared) applyRescale(voxels, rescale);
      }
    }
  }

  const { slope, intercept } = isShared ? checkedRescale(frame) : { slope: 1, intercept: 0 };
  const survey = new VoxelSurvey('image', { slope, intercept });
  survey.add(data);
  survey.check();
  return {
    data,
    slope,
    intercept,
    ...geometry,
    encoding: { format: 'DICOM', datatype: syntax!.name, byteOrder: syntax!.byteOrder, gzip: false },
    findings,
  };
}

/** A mosaic's frame has all slices of the volume, any other has one. */
function slicesOf(stored: VoxelArray, { pixels, mosaic }: DicomInstance): VoxelArray[] {
  const { rows, columns } = pixels!;
  if (stored.length !== rows * columns) throw wrongLength(rows * columns, stored.length);
  const layout = mosaic && mosaicLayout({ rows, columns }, mosaic.tiles);
  return layout === undefined ? [stored] : untile(stored, layout);
}

function applyRescale(voxels: VoxelArray, { slope, intercept }: Rescale): void {
  for (let n = 0; n < voxels.length; n++) voxels[n] = slope * voxels[n]! + intercept;
}

/** Where each file's images go, files in the order of their first. */
function placesByInstance(
  slices: readonly SeriesImage[],
): Map<DicomInstance, { image: SeriesImage; k: number }[]> {
  return Map.groupBy(
    slices.map((image, k) => ({ image, k })),
    ({ image }) => image.instance,
  );
}

/** A mosaic's image is larger than its volume: both are to fit. */
function checkLimits(dims: Triple, { rows, columns }: PixelFormat, bytes: number, limits: ImageLimits): void {
  const voxels = Math.max(dims[0] * dims[1] * dims[2], rows * columns);
  if (voxels > limits.voxelsMax) {
    throw new HepastageError(ErrorCode.TOO_MANY_VOXELS, {
      what: 'the series has more voxels than allowed',
      expected: `at most ${limits.voxelsMax}`,
      received: dims.join('×'),
      action: 'send a series of fewer or smaller slices',
    });
  }
  if (voxels * bytes > limits.decompressedBytesMax) {
    throw new HepastageError(ErrorCode.DECOMPRESSED_TOO_LARGE, {
      what: 'the series takes more bytes than allowed',
      expected: `at most ${limits.decompressedBytesMax} bytes`,
      received: voxels * bytes,
      action: 'send a series of fewer or smaller slices',
    });
  }
}

function checkedRescale({ slope, intercept }: Rescale): Rescale {
  if (Number.isFinite(slope) && slope !== 0 && Number.isFinite(intercept)) return { slope, intercept };
  throw new HepastageError(ErrorCode.INVALID_ATTRIBUTE, {
    what: 'the pixels have an impossible scale',
    where: 'Rescale Slope, Rescale Intercept',
    expected: 'a slope other than 0',
    received: `${slope}, ${intercept}`,
    action: 'export the series again',
  });
}

function wrongLength(expected: number, received: number): HepastageError {
  return new HepastageError(ErrorCode.CORRUPT_PIXEL_DATA, {
    what: 'an image has another number of pixels than its header says',
    expected,
    received,
    action: 'export the series again',
  });
}
