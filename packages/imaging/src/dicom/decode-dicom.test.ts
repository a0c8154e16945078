import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DicomInstance } from '@hepastage/proto';
import { buildSeries, seriesOfImages, type SeriesSpec, shuffled } from '../testing/dicom-images.ts';
import { testLimits } from '../testing/limits.ts';
import { buildPart10 } from '../testing/part10-builder.ts';
import { seededRandom } from '../testing/random.ts';
import type { ImageLimits, Volume } from '../volume.ts';
import { decodeDicom } from './decode-dicom.ts';
import type { DicomSeries } from './dicom-series.ts';
import { stackOf } from './stack/stack-of.ts';

const pixels = 12;

test('each slice finds its place, whatever order the files come in', async () => {
  const series = buildSeries({ slices: 20 });
  const mixed = seriesOfImages(shuffled(series.images, seededRandom(11)));
  const volume = await decode(mixed, (instance) => counted(instance.instanceNumber));
  assert.deepEqual(volume.dims, [4, 3, 20]);
  assert.deepEqual(volume.data, Uint16Array.from({ length: 240 }, (_, n) => 1000 * (Math.floor(n / pixels) + 1) + (n % pixels))); // prettier-ignore
  assert.equal(volume.affineSource, 'dicom');
  assert.deepEqual(volume.encoding, {
    format: 'DICOM',
    datatype: 'Explicit VR Little Endian',
    byteOrder: 'little',
    gzip: false,
  });
});

test('a scale that all slices share is left to the volume', async () => {
  const volume = await decode(buildSeries({ frame: { slope: 0.5, intercept: -7 } }));
  assert.ok(volume.data instanceof Uint16Array);
  assert.deepEqual([volume.slope, volume.intercept], [0.5, -7]);
  assert.equal(volume.data[13], 2001);
});

test('slices of different scales become values', async () => {
  const series = buildSeries({ image: (n) => ({ frame: { slope: n + 0.5, intercept: -n } }) });
  const volume = await decode(series);
  assert.ok(volume.data instanceof Float32Array);
  assert.deepEqual([volume.slope, volume.intercept], [1, 0]);
  assert.deepEqual([volume.data[0], volume.data[13], volume.data[26]], [500, 2001 * 1.5 - 1, 3002 * 2.5 - 2]);
});

test('signed, 8-bit and 32-bit values keep their size', async () => {
  for (const [bitsAllocated, signed, expected] of [
    [8, false, Uint8Array],
    [8, true, Int8Array],
    [16, true, Int16Array],
    [32, false, Uint32Array],
    [32, true, Int32Array],
  ] as const) {
    const format = { bitsAllocated, bitsStored: bitsAllocated, highBit: bitsAllocated - 1, signed };
    const { data } = await decode(buildSeries({ pixels: format }), ({ instanceNumber }) =>
      counted(0).map((value) => (signed ? value - instanceNumber : value + instanceNumber)),
    );
    assert.ok(data instanceof expected);
    assert.equal(data[12], signed ? -2 : 2);
  }
});

test('padding becomes background, before white is turned to black and values are scaled', async () => {
  const spec: SeriesSpec = {
    pixels: { photometricInterpretation: 'MONOCHROME1', bitsStored: 12, highBit: 11, paddingValue: 0 },
    image: (n) => ({ frame: { slope: n + 1 } }),
  };
  const { data } = await decode(buildSeries(spec), () => [0, 95, 4094, ...counted(2).slice(3)]);
  // Padding is as dark as 4094; 95 is bright.
  assert.deepEqual(Array.from(data.subarray(12, 15)), [2, 8000, 2]);
});

test('frames of one file: it is read once, and only frames of the series are taken', async () => {
  const one = buildSeries({ slices: 1 });
  const [{ instance, frame }] = one.images as [(typeof one.images)[0]];
  instance.frames = [30, 99, 10, 20].map((z) => ({ ...frame, positionMm: [0, 0, z] }));
  const images = [3, 0, 2].map((index) => ({ instance, index, frame: instance.frames[index]! }));
  const file = buildPart10(instance.pixels!, [...counted(1), ...counted(2), ...counted(3), ...counted(4)], 4);
  let reads = 0;
  const fileOf = (): Uint8Array => {
    reads++;
    return file;
  };
  const { data } = await decodeDicom(stackOf(seriesOfImages(images)), fileOf, testLimits);
  assert.deepEqual([data[0], data[12], data[24]], [3000, 4000, 1000]);
  assert.equal(reads, 1);
});

test('a mosaic becomes its tiles', async () => {
  const series = buildSeries({
    slices: 1,
    pixels: { rows: 4, columns: 6 },
    instance: { mosaic: { tiles: 3, normal: [0, 0, 1] } },
    frame: { spacingBetweenSlicesMm: 4 },
  });
  const values = Array.from({ length: 24 }, (_, n) => n);
  const volume = await decode(series, () => values);
  assert.deepEqual(volume.dims, [3, 2, 3]);
  assert.deepEqual([...volume.data], [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11, 12, 13, 14, 18, 19, 20]);
});

test('two slices are decoded, one is not', async () => {
  assert.deepEqual((await decode(buildSeries({ slices: 2 }))).dims, [4, 3, 2]);
  await assert.rejects(decode(buildSeries({ slices: 1 })), { codeName: 'TOO_FEW_SLICES' });
});

describe('what is refused', () => {
  test('more voxels or bytes than allowed, before any file is read', async () => {
    await assert.rejects(decode(buildSeries(), unread, { ...testLimits, voxelsMax: 71 }), {
      codeName: 'TOO_MANY_VOXELS',
      message: /at most 71, received 4×3×6/,
    });
    await assert.rejects(decode(buildSeries(), unread, { ...testLimits, decompressedBytesMax: 143 }), {
      codeName: 'DECOMPRESSED_TOO_LARGE',
    });
    const huge = buildSeries({
      slices: 1,
      pixels: { rows: 60_000, columns: 60_000 },
      instance: { mosaic: { tiles: 3, normal: [0, 0, 1] } },
      frame: { spacingBetweenSlicesMm: 4 },
    });
    await assert.rejects(decode(huge, unread), { codeName: 'TOO_MANY_VOXELS' });
  });

  test('an image without contrast', async () => {
    await assert.rejects(
      decode(buildSeries(), () => Array<number>(pixels).fill(9)),
      {
        codeName: 'CONSTANT_IMAGE',
      },
    );
  });

  test('a scale of 0', async () => {
    await assert.rejects(decode(buildSeries({ frame: { slope: 0 } })), { codeName: 'INVALID_ATTRIBUTE' });
  });

  test('a file that is no DICOM object, or ends early', async () => {
    const stack = stackOf(buildSeries());
    await assert.rejects(decodeDicom(stack, garbage, testLimits), { codeName: 'NOT_DICOM' });
    await assert.rejects(decodeDicom(stack, cut, testLimits), { codeName: 'TRUNCATED_FILE' });
  });
});

function unread(): number[] {
  return assert.fail('a file was read');
}

function garbage(): Uint8Array {
  return Buffer.alloc(1000, 0xaa);
}

function cut(instance: DicomInstance): Uint8Array {
  return buildPart10(instance.pixels!, counted(1)).subarray(0, -2);
}

/** Twelve values from 1000 × n. */
function counted(n: number): number[] {
  return Array.from({ length: pixels }, (_, index) => 1000 * n + index);
}

async function decode(
  series: DicomSeries,
  valuesOf: (instance: DicomInstance) => number[] = ({ instanceNumber }) => counted(instanceNumber),
  limits: ImageLimits = testLimits,
): Promise<Volume> {
  return decodeDicom(
    stackOf(series),
    (instance) => buildPart10(instance.pixels!, valuesOf(instance)),
    limits,
  );
}
