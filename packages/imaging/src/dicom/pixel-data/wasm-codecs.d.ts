/** What we use of the Emscripten builds of @cornerstonejs, which come without types. */
declare module '@cornerstonejs/codec-*' {
  export interface WasmOptions {
    print(text: string): void;
    printErr(text: string): void;
  }

  /** An instance of the codec. */
  export interface WasmModule {
    readonly HEAPU8: Uint8Array;
    readonly JpegLSDecoder?: WasmDecoderClass;
    readonly J2KDecoder?: WasmDecoderClass;
    readonly HTJ2KDecoder?: WasmDecoderClass;
    readonly JPEGDecoder?: WasmDecoderClass;
  }

  export type WasmDecoderClass = new () => WasmDecoder;

  export interface WasmDecoder {
    /** Memory of the codec, `bytes` long, that the stream is written to. */
    getEncodedBuffer(bytes: number): Uint8Array;
    decode(): void;
    /** Samples of one or two bytes, little endian, in memory of the codec. */
    getDecodedBuffer(): Uint8Array | Uint8ClampedArray;
    delete(): void;
  }

  export type InstantiateWasm = (options: WasmOptions) => Promise<WasmModule>;

  const instantiate: InstantiateWasm;
  export default instantiate;
}
