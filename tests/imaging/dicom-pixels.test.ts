import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { numberOf, type Part10, readPart10, textOf } from '@hepastage/dicom';
import { decodeNifti } from '@hepastage/imaging';
import { type PixelFormat, PixelFormatSchema } from '@hepastage/proto';
import { type OpenPixels, openPixels } from '../../packages/imaging/src/dicom/pixel-data/open-pixels.ts';
import { sharedFile, skipWithoutSharedData } from './shared-data.ts';

const skip = skipWithoutSharedData;

describe('real pixel data', { skip }, () => {
  test('an image in nine transfer syntaxes has the pixels of its uncompressed file', async () => {
    const names = globSync('transfer-syntaxes/In/*.dcm', { cwd: sharedFile('dicom') }).toSorted();
    assert.equal(names.length, 9);
    const raw = read(names[0]!).pixelData;
    assert.ok(raw?.kind === 'native');
    const expected = new Uint16Array(new Uint8Array(raw.bytes).buffer);
    for (const name of names) assert.deepEqual((await open(name)).frame(0), expected, name);
  });

  test('the slices of a series have the voxels of its NIfTI in four codecs', async () => {
    for (const codec of ['rle', 'jpeg', 'jpegls', 'j2k']) {
      const folder = `geometry/compressed_${codec}`;
      const names = globSync(`${folder}/001/*.dcm`, { cwd: sharedFile('dicom') }).toSorted();
      const { data, dims } = decodeNifti(
        readFileSync(sharedFile(`dicom/${folder}/001_ground_truth.nii.gz`)),
        { decompressedBytesMax: 2 ** 26, voxelsMax: 2 ** 24 },
      );
      const voxels = dims[0] * dims[1];
      const expected = names.map((_, n) => data.subarray(n * voxels, (n + 1) * voxels));
      const slices = await Promise.all(names.map(async (name) => (await open(name)).frame(0)));
      assert.deepEqual(sums(slices), sums(expected), codec);
    }
  });

  test('MR_small: every transfer syntax has the same pixels', async () => {
    const expected = (await open('edge/MR_small.dcm')).frame(0);
    assert.ok(expected instanceof Int16Array);
    for (const suffix of [
      'RLE',
      'bigendian',
      'expb',
      'implicit',
      'jp2klossless',
      'jpeg_ls_lossless',
      'padded',
    ]) {
      assert.deepEqual((await open(`edge/MR_small_${suffix}.dcm`)).frame(0), expected, suffix);
    }
  });

  test('emri_small: every transfer syntax has the same ten frames', async () => {
    const expected = await open('edge/emri_small.dcm');
    for (const suffix of ['RLE', 'big_endian', 'jpeg_2k_lossless', 'jpeg_ls_lossless']) {
      const opened = await open(`edge/emri_small_${suffix}.dcm`);
      for (let n = 0; n < 10; n++) assert.deepEqual(opened.frame(n), expected.frame(n), `${suffix} ${n}`);
    }
  });

  test('a JPEG 2000 stream that calls signed values unsigned: the header is believed', async () => {
    const pixels = (await open('edge/J2K_pixelrep_mismatch.dcm')).frame(0);
    assert.ok(pixels instanceof Int16Array);
    // Air around a patient, in a CT of 13 signed bits.
    assert.equal(pixels[0], -2000);
    assert.ok(pixels.every((value) => value >= -4096 && value < 4096));
  });

  test('what can’t be decoded says why', async () => {
    await assert.rejects(open('edge/liver.dcm'), { codeName: 'UNSUPPORTED_PIXELS' });
    await assert.rejects(open('edge/GH340.dcm'), { codeName: 'UNSUPPORTED_PIXELS' });
    await assert.rejects(open('edge/reportsi.dcm'), { codeName: 'UNSUPPORTED_PIXELS' });
    const [colour] = globSync('geometry/rgb/001/*.dcm', { cwd: sharedFile('dicom') });
    await assert.rejects(open(colour!), { codeName: 'UNSUPPORTED_PIXELS' });
    // Colour that calls itself grey.
    const object = read(colour!);
    const grey = { ...formatOf(object), samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' };
    const opened = await openPixels(object, grey, 1);
    assert.throws(() => opened.frame(0), { codeName: 'CORRUPT_PIXEL_DATA' });
  });
});

function read(path: string): Part10 {
  return readPart10(readFileSync(sharedFile(`dicom/${path}`)), { decompressedBytesMax: 2 ** 26 });
}

function open(path: string): Promise<OpenPixels> {
  const object = read(path);
  return openPixels(object, formatOf(object), numberOf(object.dataSet, 'NumberOfFrames') ?? 1);
}

function formatOf({ dataSet }: Part10): PixelFormat {
  return create(PixelFormatSchema, {
    rows: numberOf(dataSet, 'Rows') ?? 0,
    columns: numberOf(dataSet, 'Columns') ?? 0,
    samplesPerPixel: numberOf(dataSet, 'SamplesPerPixel') ?? 1,
    photometricInterpretation: textOf(dataSet, 'PhotometricInterpretation'),
    bitsAllocated: numberOf(dataSet, 'BitsAllocated') ?? 0,
    bitsStored: numberOf(dataSet, 'BitsStored') ?? 0,
    highBit: numberOf(dataSet, 'HighBit') ?? 0,
    signed: numberOf(dataSet, 'PixelRepresentation') === 1,
  });
}

/** Sum and sum of squares of each slice, in order of size: the NIfTI may have its slices the other way round, and mirrored. */
function sums(slices: readonly ArrayLike<number>[]): (readonly [number, number])[] {
  return slices
    .map((slice): readonly [number, number] => {
      let [sum, squares] = [0, 0];
      for (let n = 0; n < slice.length; n++) [sum, squares] = [sum + slice[n]!, squares + slice[n]! ** 2];
      return [sum, squares];
    })
    .toSorted(([one], [other]) => one - other);
}
