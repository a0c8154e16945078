import type { Readable } from 'node:stream';
import { uploadAborted } from '../upload/upload-clock.ts';

/** A part that is being received. */
export class OpenPart {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #header: Readonly<Record<string, readonly string[]>> | undefined;
  #failure: unknown;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    // Dicer tells of a cut-off part, and then ends it like a whole one.
    stream.on('error', (error: Error) => (this.#failure ??= uploadAborted(error)));
  }

  get hasHeader(): boolean {
    return this.#header !== undefined;
  }

  get contentType(): string | undefined {
    return this.#header?.['content-type']?.[0];
  }

  onHeader(tell: () => void): void {
    this.#stream.on('header', (header) => {
      this.#header = header as Record<string, readonly string[]>;
      tell();
    });
  }

  /** Throws UPLOAD_ABORTED, or what the part was destroyed with. */
  async next(): Promise<IteratorResult<Buffer, void>> {
    try {
      const result = await this.#chunks.next();
      if (result.done !== true) return result;
    } catch (error) {
      this.#failure ??= uploadAborted(error);
    }
    if (this.#failure !== undefined) throw this.#failure;
    return { done: true, value: undefined };
  }

  /** Passes over what is left. Throws as `next` does. */
  async drain(): Promise<void> {
    while ((await this.next()).done !== true);
  }

  destroy(error: unknown): void {
    if (this.#stream.readableEnded) return;
    this.#failure ??= error;
    this.#stream.destroy(error instanceof Error ? error : undefined);
  }
}
