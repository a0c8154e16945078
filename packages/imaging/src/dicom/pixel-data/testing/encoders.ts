import type { PixelFormat } from '@hepastage/proto';
import charls from '@cornerstonejs/codec-charls/wasmjs';
import libjpegTurbo from '@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs';
import openjpeg from '@cornerstonejs/codec-openjpeg/wasmjs';
import openjph from '@cornerstonejs/codec-openjph/wasmjs';
import type { StoredPixels } from '../stored-pixels.ts';
import { bytesOf } from './made-image.ts';

/** Compresses one frame. */
export type EncodeFrame = (pixels: StoredPixels, format: PixelFormat) => Promise<Uint8Array>;

interface WasmEncoder {
  getDecodedBuffer(frame: {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
    readonly isSigned: boolean;
    readonly isUsingColorTransform: boolean;
  }): Uint8Array;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  setProgressive?(progressive: boolean): void;
  setQuality?(...quality: readonly (number | boolean)[]): void;
  delete(): void;
}

/** The encoders that the codecs' packages bring along. */
export const encodeJpegLs = encoderOf(charls, 'JpegLSEncoder');
export const encodeHtj2k = encoderOf(openjph, 'HTJ2KEncoder', (encoder) => encoder.setQuality!(true, 0));
export const encodeJ2k = encoderOf(openjpeg, 'J2KEncoder', (encoder) => encoder.setQuality!(true, 0));
/** The stream says that its values are signed where the format says that they are not, and the other way round. */
export const encodeJ2kOfOtherSign = encoderOf(
  openjpeg,
  'J2KEncoder',
  (encoder) => encoder.setQuality!(true, 0),
  true,
);
export const encodeJpegBaseline = encoderOf(libjpegTurbo, 'JPEGEncoder', (encoder) => {
  encoder.setProgressive!(false);
  encoder.setQuality!(100);
});
export const encodeJpegProgressive = encoderOf(libjpegTurbo, 'JPEGEncoder', (encoder) =>
  encoder.setProgressive!(true),
);

function encoderOf(
  instantiate: typeof charls,
  className: string,
  adjust: (encoder: WasmEncoder) => void = () => {},
  otherSign = false,
): EncodeFrame {
  let module: ReturnType<typeof charls> | undefined;
  return async (pixels, { rows, columns, bitsStored, signed }) => {
    module ??= instantiate({ print: () => {}, printErr: () => {} });
    const Encoder = ((await module) as unknown as Record<string, new () => WasmEncoder>)[className]!;
    const encoder = new Encoder();
    const frame = {
      width: columns,
      height: rows,
      bitsPerSample: bitsStored,
      componentCount: 1,
      isSigned: signed !== otherSign,
      isUsingColorTransform: false,
    };
    encoder.getDecodedBuffer(frame).set(bytesOf(pixels));
    adjust(encoder);
    encoder.encode();
    const stream = new Uint8Array(encoder.getEncodedBuffer());
    encoder.delete();
    return stream;
  };
}
