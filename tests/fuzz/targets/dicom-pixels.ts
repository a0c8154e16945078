import { type TransferSyntax, transferSyntaxes } from '@hepastage/dicom';
import type { PixelFormat } from '@hepastage/proto';
import { openPixels } from '../../../packages/imaging/src/dicom/pixel-data/open-pixels.ts';
import {
  encodeHtj2k,
  encodeJ2k,
  encodeJpegLs,
} from '../../../packages/imaging/src/dicom/pixel-data/testing/encoders.ts';
import {
  encodeJpegExtended,
  encodeJpegLossless,
} from '../../../packages/imaging/src/dicom/pixel-data/testing/jpeg-encoders.ts';
import { madeImage } from '../../../packages/imaging/src/dicom/pixel-data/testing/made-image.ts';
import {
  compressedObject,
  pixelFormat,
} from '../../../packages/imaging/src/dicom/pixel-data/testing/pixel-objects.ts';
import type { Draw } from '../engine/draw.ts';
import { joined } from '../engine/mutate-bytes.ts';
import { accepted, Finding, type FuzzTarget, type Mutator } from '../engine/target.ts';
import { caseBytesMax, processBytesMax } from '../formats/limits.ts';

const size = { rows: 37, columns: 45 };
const formats: readonly PixelFormat[] = [
  pixelFormat({ ...size, bitsAllocated: 8 }),
  pixelFormat({ ...size, bitsStored: 12 }),
  pixelFormat({ ...size, bitsStored: 12, signed: true }),
  pixelFormat({ ...size }),
];
const [eightBits, twelveBits] = formats as [PixelFormat, PixelFormat];
/** Those of compressed pixels; an input's first byte is the number of its own. */
const syntaxes: readonly TransferSyntax[] = transferSyntaxes.filter(({ pixels }) => pixels !== 'native');

/** Compressed images of each codec, and whatever the DICOM header says of them. */
export const dicomPixels: FuzzTarget = {
  name: 'dicom-pixels',
  weight: 1,
  caseBytesMax,
  processBytesMax,
  open: async () => ({
    corpus: await soundStreams(),
    mutators: [marker],
    run: decode,
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

async function decode(input: Uint8Array, draw: Draw): Promise<string> {
  const syntax = syntaxes[(input[0] ?? 0) % syntaxes.length]!;
  const isNarrow = syntax.pixels === 'jpeg-baseline';
  const format = draw.chance(0.7) ? (isNarrow ? eightBits : twelveBits) : draw.pick(formats);
  const stream = input.subarray(1);
  const cut = draw.chance(0.2) ? draw.below(stream.length + 1) : stream.length;
  const fragments = [stream.subarray(0, cut), stream.subarray(cut)].filter(
    ({ length }, n) => n === 0 || length > 0,
  );
  const opened = await openPixels(compressedObject(fragments, syntax), format, 1);
  const pixels = opened.frame(0);
  if (pixels.length !== size.rows * size.columns) throw new Finding(`${pixels.length} pixels`);
  return accepted;
}

async function soundStreams(): Promise<Uint8Array[]> {
  const ofJpeg = { width: size.columns, height: size.rows, precision: 12 };
  const narrow = madeImage(eightBits);
  const wide = madeImage(twelveBits);
  const streams: Readonly<Record<string, readonly Uint8Array[]>> = {
    'jpeg-baseline': [encodeJpegExtended(narrow, { ...ofJpeg, precision: 8 })],
    'jpeg-extended': [
      encodeJpegExtended(wide, ofJpeg),
      encodeJpegExtended(wide, { ...ofJpeg, blocksOfInterval: 2 }),
    ],
    'jpeg-lossless': [
      encodeJpegLossless(wide, ofJpeg),
      encodeJpegLossless(wide, { ...ofJpeg, predictor: 6, rowsOfInterval: 5 }),
    ],
    'jpeg-ls': [await encodeJpegLs(wide, twelveBits)],
    'jpeg-2000': [await encodeJ2k(wide, twelveBits)],
    htj2k: [await encodeHtj2k(wide, twelveBits)],
    rle: [runLengths(wide as Uint16Array)],
  };
  return syntaxes.flatMap(({ pixels }, n) =>
    (streams[pixels] ?? []).map((stream) => joined(Uint8Array.of(n), stream)),
  );
}

/** RLE Lossless (PS3.5, annex G), all of it literal: the upper bytes, then the lower. */
function runLengths(pixels: Uint16Array): Uint8Array {
  const planes = [8, 0].map((shift) => {
    const bytes = Array.from(pixels, (value) => (value >> shift) & 0xff);
    return Array.from({ length: Math.ceil(bytes.length / 128) }, (_, n) =>
      bytes.slice(128 * n, 128 * (n + 1)),
    ).flatMap((piece) => [piece.length - 1, ...piece]);
  });
  const header = Uint32Array.from({ length: 16 }, (_, n) => [2, 64, 64 + planes[0]!.length][n] ?? 0);
  return joined(new Uint8Array(header.buffer), ...planes.map((plane) => Uint8Array.from(plane)));
}

/** A marker of JPEG or JPEG 2000 where another was, or where none was. */
const marker: Mutator = (input, draw) => {
  const bytes = Buffer.from(input);
  const at = bytes.indexOf(0xff, draw.below(Math.max(1, bytes.length)));
  const place = at === -1 || draw.chance(0.2) ? draw.below(Math.max(1, bytes.length)) : at;
  bytes.set([0xff, draw.pick(markers)].slice(0, bytes.length - place), place);
  return new Uint8Array(bytes);
};

const markers = [
  0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xd0, 0xd8, 0xd9, 0xda, 0xdb, 0xdd, 0xf7, 0xf8, 0x4f, 0x51, 0x52, 0x55, 0x5c,
  0x90, 0x93,
];
