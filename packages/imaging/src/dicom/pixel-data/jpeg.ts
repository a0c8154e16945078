import type { PixelFormat } from '@hepastage/proto';
import { corruptPixelData } from './corrupt-pixel-data.ts';
import type { DecodeFrame, Samples } from './compressed-frames.ts';
import { decodeJpegExtended } from './jpeg-extended.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { decodeJpegLossless } from './jpeg-lossless.ts';
import { checkClaims } from './stream-claims.ts';
import { type DecodeStream, WasmCodec } from './wasm-codec.ts';

const libjpegTurbo = new WasmCodec(
  () => import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'),
  ({ JPEGDecoder }) => JPEGDecoder,
);

/**
 * JPEG (ITU-T T.81) of processes 1, 2 and 4, whichever of them the image itself says: 8-bit ones by libjpeg-turbo, 12-bit ones by our own decoder. Lossless
 * ones are decoded too.
 */
export async function openJpeg(): Promise<DecodeFrame> {
  const decode8 = await libjpegTurbo.open();
  return (stream, format) => decodeJpeg(stream, format, decode8);
}

/** Lossless JPEG (process 14, any predictor), by our own decoder. */
export function openJpegLossless(): Promise<DecodeFrame> {
  return Promise.resolve((stream, format) => decodeJpeg(stream, format, undefined));
}

function decodeJpeg(stream: Uint8Array, format: PixelFormat, decode8: DecodeStream | undefined): Samples {
  const header = readJpegHeader(stream);
  const { process, precision } = header;
  checkClaims(header, format);
  if (process === 'lossless') return { bytes: bytesOf(decodeJpegLossless(header), precision), precision };
  if (decode8 === undefined || process === 'jpeg-ls') {
    throw corruptPixelData('its JPEG image is not of the kind that its transfer syntax says');
  }
  if (precision === 8) return { bytes: decode8(stream), precision };
  if (process === 'extended' && precision === 12) {
    return { bytes: bytesOf(decodeJpegExtended(header), precision), precision };
  }
  throw corruptPixelData('its JPEG image has an impossible number of bits', {
    expected: process === 'extended' ? '8 or 12' : 8,
    received: precision,
  });
}

function bytesOf(samples: Uint16Array, precision: number): Uint8Array {
  return precision > 8 ? new Uint8Array(samples.buffer) : Uint8Array.from(samples);
}
