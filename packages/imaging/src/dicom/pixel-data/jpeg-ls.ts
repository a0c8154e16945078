import { corruptPixelData } from './corrupt-pixel-data.ts';
import type { DecodeFrame } from './compressed-frames.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { checkClaims } from './stream-claims.ts';
import { WasmCodec } from './wasm-codec.ts';

const charls = new WasmCodec(
  () => import('@cornerstonejs/codec-charls/decodewasmjs'),
  ({ JpegLSDecoder }) => JpegLSDecoder,
);

/** JPEG-LS (ITU-T T.87), lossless and near-lossless, by CharLS. */
export async function openJpegLs(): Promise<DecodeFrame> {
  const decode = await charls.open();
  return (stream, format) => {
    const header = readJpegHeader(stream);
    if (header.process !== 'jpeg-ls') throw corruptPixelData('it is no JPEG-LS image');
    checkClaims(header, format);
    return { bytes: decode(stream), precision: header.precision };
  };
}
