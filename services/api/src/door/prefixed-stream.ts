import { GrowingBuffer } from './growing-buffer.ts';

/** A stream whose beginning can be looked at, as far as is wanted, before it is read. */
export class PrefixedStream {
  readonly #chunks: AsyncIterator<Buffer>;
  #gathered = new GrowingBuffer();
  #ended = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Whether `prefix` is the whole stream. */
  get ended(): boolean {
    return this.#ended;
  }

  /** What has been looked at. */
  get prefix(): Buffer {
    return this.#gathered.bytes;
  }

  /** Looks on until the prefix has `bytes` bytes, or the stream ends. */
  async grow(bytes: number): Promise<void> {
    while (this.#gathered.length < bytes && !this.#ended) {
      const { value, done } = await this.#chunks.next();
      if (done === true) this.#ended = true;
      else this.#gathered.add(value);
    }
  }

  /** The stream from `offset`, which lies within the prefix, to its end. */
  async *from(offset: number): AsyncGenerator<Buffer, void, void> {
    const rest = this.prefix.subarray(offset);
    this.#gathered = new GrowingBuffer();
    if (rest.length > 0) yield rest;
    while (!this.#ended) {
      const { value, done } = await this.#chunks.next();
      if (done === true) this.#ended = true;
      else yield value;
    }
  }

  /** Lets go of the source: call it on every exit. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#chunks.return?.();
  }
}
