import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { DecodeFrame } from './compressed-frames.ts';
import { readJ2kHeader, unwrapJp2 } from './j2k-header.ts';
import { checkClaims } from './stream-claims.ts';
import { WasmCodec } from './wasm-codec.ts';

const codecs = {
  'jpeg-2000': new WasmCodec(
    () => import('@cornerstonejs/codec-openjpeg/decodewasmjs'),
    ({ J2KDecoder }) => J2KDecoder,
  ),
  htj2k: new WasmCodec(
    () => import('@cornerstonejs/codec-openjph/wasmjs'),
    ({ HTJ2KDecoder }) => HTJ2KDecoder,
  ),
};
/** What both codecs give samples of. */
const precisionMax = 16;

/** JPEG 2000 by OpenJPEG, its high-throughput variant (ITU-T T.814) by OpenJPH. */
export async function openJ2k(variant: keyof typeof codecs): Promise<DecodeFrame> {
  const decode = await codecs[variant].open();
  return (stream, format) => {
    const codestream = unwrapJp2(stream);
    const header = readJ2kHeader(codestream);
    checkClaims(header, format);
    if (header.precision > precisionMax) {
      throw new HepastageError(ErrorCode.UNSUPPORTED_PIXELS, {
        what: 'its JPEG 2000 image has more bits than can be decoded',
        where: 'Pixel Data',
        expected: `at most ${precisionMax}`,
        received: header.precision,
        action: 'export the series uncompressed',
      });
    }
    return { bytes: decode(codestream), precision: header.precision };
  };
}
