import { cutOffArchive } from './archive-errors.ts';

const nothing = Buffer.alloc(0);

/**
 * Bytes of a stream, taken in the sizes that a reader needs. It asks the stream for more only while somebody waits for more, so that what
 * the reader does not take stays with the sender. Errors of the stream pass through as they are.
 */
export class ByteSource {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = nothing;
  #waiting = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Some bytes, at least one and at most `bytesMax`; undefined at the end of the stream. */
  async some(bytesMax: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const chunk = await this.#pull();
      if (chunk === undefined) return undefined;
      this.#rest = chunk;
    }
    return this.#take(bytesMax);
  }

  /** Exactly `bytes`. Throws CORRUPT_ARCHIVE where the stream has fewer. */
  async exactly(bytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let missing = bytes; missing > 0;) {
      const piece = await this.some(missing);
      if (piece === undefined) throw cutOffArchive();
      pieces.push(piece);
      missing -= piece.length;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  /** Passes over `bytes`. Throws CORRUPT_ARCHIVE where the stream has fewer. */
  async skip(bytes: number): Promise<void> {
    for (let missing = bytes; missing > 0;) {
      const piece = await this.some(missing);
      if (piece === undefined) throw cutOffArchive();
      missing -= piece.length;
    }
  }

  /** Gives back the last bytes that were taken. */
  giveBack(bytes: Buffer): void {
    if (bytes.length > 0) this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([bytes, this.#rest]);
  }

  /** Ends the stream, whether or not it was read to its end. */
  async close(): Promise<void> {
    this.#rest = nothing;
    const closed = this.#chunks.return?.();
    // A stream that is being asked for bytes may never answer: then its end is not waited for.
    if (this.#waiting) closed?.catch(() => undefined);
    else await closed;
  }

  async #pull(): Promise<Buffer | undefined> {
    this.#waiting = true;
    try {
      const { value, done } = await this.#chunks.next();
      return done === true ? undefined : value;
    } finally {
      this.#waiting = false;
    }
  }

  #take(bytesMax: number): Buffer {
    const taken = this.#rest.subarray(0, bytesMax);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }
}
