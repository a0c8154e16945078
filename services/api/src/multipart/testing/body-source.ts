import { Readable } from 'node:stream';

/** A body that comes in these chunks, of which one is sent when the one before was taken; it can tell how much was asked of it. */
export class BodySource extends Readable {
  readonly #chunks: Iterator<Buffer>;
  sentBytes = 0;

  constructor(chunks: Iterable<Buffer>) {
    super({ highWaterMark: 1 });
    this.#chunks = chunks[Symbol.iterator]();
  }

  override _read(): void {
    const { value, done } = this.#chunks.next();
    // As from a socket: not at once.
    setImmediate(() => {
      if (done !== true) this.sentBytes += value.length;
      this.push(done === true ? null : value);
    });
  }
}
