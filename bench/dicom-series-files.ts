import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type DataSet, type TransferSyntax, transferSyntaxOf, writePart10Head } from '@hepastage/dicom';
import { encodeJ2k, encodeJpegLs } from '../packages/imaging/src/dicom/pixel-data/testing/encoders.ts';
import { pixelFormat } from '../packages/imaging/src/dicom/pixel-data/testing/pixel-objects.ts';
import { seededRandom } from '../packages/imaging/src/testing/random.ts';

export const sliceCount = 100;
export const edge = 512;
const sliceGapMm = 2;
const format = pixelFormat({ rows: edge, columns: edge, bitsAllocated: 16, bitsStored: 12 });

/** How a file is written: in one of our tests' encoders' streams, or by a program of DCMTK's from the uncompressed file. */
type Writing = 'native' | ((pixels: Uint16Array) => Promise<Uint8Array>) | 'dcmcjpeg' | 'dcmcrle';

const writings: Readonly<Record<string, Writing>> = {
  '1.2.840.10008.1.2.1': 'native',
  '1.2.840.10008.1.2.4.70': 'dcmcjpeg',
  '1.2.840.10008.1.2.4.80': async (pixels) => encodeJpegLs(pixels, format),
  '1.2.840.10008.1.2.4.90': async (pixels) => encodeJ2k(pixels, format),
  '1.2.840.10008.1.2.5': 'dcmcrle',
};

/** The transfer syntaxes that series are made in. */
export const benchedSyntaxes: readonly TransferSyntax[] = Object.keys(writings).map((uid) =>
  transferSyntaxOf(uid)!,
);

export interface Dcmtk {
  /** Folder of its programs. */
  readonly bin: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Writes one series of `sliceCount` axial MR slices of 512 × 512 pixels with 12 bits, once per transfer syntax, into `directory/<its UID>`. */
export async function writeSeries(directory: string, { bin, environment }: Dcmtk): Promise<void> {
  const native = join(directory, '1.2.840.10008.1.2.1');
  for (const uid of Object.keys(writings)) await mkdir(join(directory, uid));
  const draw = slicePainter();
  for (let n = 0; n < sliceCount; n++) {
    const pixels = draw(n);
    const name = `${n}.dcm`;
    await writeFile(join(native, name), nativeFile(n, pixels));
    for (const [uid, writing] of Object.entries(writings)) {
      const path = join(directory, uid, name);
      if (typeof writing === 'function') await writeFile(path, compressedFile(n, uid, await writing(pixels)));
      else if (writing !== 'native') {
        await promisify(execFile)(join(bin, writing), [join(native, name), path], {
          env: { ...process.env, ...environment },
        });
      }
    }
  }
}

function nativeFile(n: number, pixels: Uint16Array): Uint8Array {
  const head = writePart10Head(dataSetOf(n), transferSyntaxOf('1.2.840.10008.1.2.1')!, pixels.byteLength);
  return Buffer.concat([head, new Uint8Array(pixels.buffer)]);
}

/** One fragment behind an empty offset table (PS3.5, A.4). */
function compressedFile(n: number, uid: string, stream: Uint8Array): Uint8Array {
  const head = writePart10Head(dataSetOf(n), transferSyntaxOf(uid)!, undefined);
  const odd = stream.length % 2;
  return Buffer.concat([
    head,
    item(0xe0_00, 0),
    item(0xe0_00, stream.length + odd),
    stream,
    new Uint8Array(odd),
    item(0xe0_dd, 0),
  ]);
}

/** Head of an item, or the sequence's end, in group FFFE. */
function item(element: number, length: number): Uint8Array {
  return new Uint8Array(Uint16Array.of(0xff_fe, element, length & 0xff_ff, length >>> 16).buffer);
}

function dataSetOf(n: number): DataSet {
  return {
    SOPClassUID: ['1.2.840.10008.5.1.4.1.1.4'],
    SOPInstanceUID: [`2.25.1000.1.${n + 1}`],
    StudyInstanceUID: ['2.25.1000'],
    SeriesInstanceUID: ['2.25.1000.1'],
    FrameOfReferenceUID: ['2.25.1000.2'],
    Modality: ['MR'],
    ImageType: ['ORIGINAL', 'PRIMARY', 'M'],
    SeriesNumber: [1],
    AcquisitionNumber: [1],
    InstanceNumber: [n + 1],
    EchoTime: [2.4],
    RepetitionTime: [5],
    FlipAngle: [10],
    SliceThickness: [sliceGapMm],
    ImagePositionPatient: [-192, -192, n * sliceGapMm],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    PixelSpacing: [0.75, 0.75],
    SamplesPerPixel: [1],
    PhotometricInterpretation: ['MONOCHROME2'],
    Rows: [edge],
    Columns: [edge],
    BitsAllocated: [16],
    BitsStored: [12],
    HighBit: [11],
    PixelRepresentation: [0],
  };
}

/** Draws slices of a body (soft tissue of three scales) in air, with noise that is as smooth as that of an interpolated matrix. */
function slicePainter(): (n: number) => Uint16Array {
  const random = seededRandom(2026);
  // Tables as large as they are odd: shifted from slice to slice, they don't repeat themselves within a slice.
  const side = 1021;
  const noise = Float32Array.from({ length: side * side }, () => random() + random() + random() - 1.5);
  const smooth = (x: number, y: number): number => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [right, down] = [x - column, y - row];
    const at = (i: number, j: number): number => noise[((row + j) % side) * side + ((column + i) % side)]!;
    const top = at(0, 0) * (1 - right) + at(1, 0) * right;
    return top * (1 - down) + (at(0, 1) * (1 - right) + at(1, 1) * right) * down;
  };
  return (n) => {
    const pixels = new Uint16Array(edge * edge);
    for (let y = 0; y < edge; y++) {
      for (let x = 0; x < edge; x++) {
        const grain = smooth(0.7 * x + 37 * n, 0.7 * y + 59 * n);
        const isBody = ((x - 256) / 215) ** 2 + ((y - 256) / 150) ** 2 < 1;
        const tissue = 900 + 300 * smooth(x / 64, y / 64 + n / 20) + 120 * smooth(x / 16, y / 16 + n / 5);
        pixels[y * edge + x] = isBody ? tissue + 45 * grain : Math.hypot(22 * grain, 12);
      }
    }
    return pixels;
  };
}
