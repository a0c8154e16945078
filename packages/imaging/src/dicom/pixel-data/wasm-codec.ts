import type {
  InstantiateWasm,
  WasmDecoder,
  WasmDecoderClass,
  WasmModule,
  WasmOptions,
} from '@cornerstonejs/codec-charls/decodewasmjs';
import { corruptPixelData } from './corrupt-pixel-data.ts';

/** What an instance may keep between frames. WASM memory never shrinks. */
const keptBytesMax = 2 ** 27;
/** Codecs print what they think of a stream; it is thrown, too. An instance takes over the object that it is given, so each needs its own. */
const silent = (): WasmOptions => ({ print: () => {}, printErr: () => {} });

/** Decodes one stream to the bytes of its samples. */
export type DecodeStream = (stream: Uint8Array) => Uint8Array;

/**
 * A codec in WebAssembly. It is loaded when it is first needed, and kept. After a fault its memory can't be trusted any more, and after a large image it is
 * too large: then the next one who needs it gets a new instance.
 */
export class WasmCodec {
  readonly #load: () => Promise<WasmModule>;
  readonly #decoder: (module: WasmModule) => WasmDecoderClass | undefined;
  #instance: Promise<WasmModule> | undefined;

  constructor(
    load: () => Promise<{ readonly default: InstantiateWasm }>,
    decoder: (module: WasmModule) => WasmDecoderClass | undefined,
  ) {
    this.#load = async () => (await load()).default(silent());
    this.#decoder = decoder;
  }

  /** A decoder on the codec's current instance, which throws CORRUPT_PIXEL_DATA. */
  async open(): Promise<DecodeStream> {
    const instance = (this.#instance ??= this.#load());
    const drop = (): void => {
      if (this.#instance === instance) this.#instance = undefined;
    };
    // Whatever kept it from being loaded may pass.
    instance.catch(drop);
    const module = await instance;
    const Decoder = this.#decoder(module)!;
    return (stream) => {
      try {
        const samples = decodeWith(new Decoder(), stream);
        if (module.HEAPU8.length > keptBytesMax) drop();
        return samples;
      } catch (cause) {
        drop();
        // C++ exceptions arrive as bare pointers.
        throw corruptPixelData('its compressed image can’t be decompressed', {
          cause: cause instanceof Error ? cause : new Error('the codec threw'),
        });
      }
    };
  }
}

function decodeWith(decoder: WasmDecoder, stream: Uint8Array): Uint8Array {
  try {
    decoder.getEncodedBuffer(stream.length).set(stream);
    decoder.decode();
    // A copy: the buffer goes with the decoder.
    return new Uint8Array(decoder.getDecodedBuffer());
  } finally {
    decoder.delete();
  }
}
