/** `bytes` in chunks of `chunkBytes`, and whether its reader let go of it. */
export class Chunks implements AsyncIterable<Buffer> {
  readonly #bytes: Uint8Array;
  readonly #chunkBytes: number;
  closed = false;

  constructor(bytes: Uint8Array, chunkBytes: number) {
    this.#bytes = bytes;
    this.#chunkBytes = chunkBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    try {
      for (let at = 0; at < this.#bytes.length; at += this.#chunkBytes) {
        yield Buffer.from(this.#bytes.subarray(at, at + this.#chunkBytes));
      }
    } finally {
      this.closed = true;
    }
  }
}

export async function whole(source: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(source));
}
