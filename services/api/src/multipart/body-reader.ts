import { finished, type Readable } from 'node:stream';
import { HepastageError } from '@hepastage/proto';
import type { UploadBudget } from '../upload/meter.ts';
import { uploadAborted, type UploadClock } from '../upload/upload-clock.ts';

/** What the body of an upload may take; a request has one of each. */
export interface BodyLimits {
  readonly clock: UploadClock;
  readonly budget: UploadBudget;
}

/**
 * The body of a request, chunk by chunk as somebody asks for it: what nobody asks for stays with the sender, but for the stream's own buffer. Every byte counts
 * here, whatever it turns out to be, and so does every silence. Whoever stops early leaves the body paused and whole, so that an answer can still be sent.
 */
export class BodyReader implements AsyncIterableIterator<Buffer, void>, Disposable {
  readonly #body: Readable;
  readonly #clock: UploadClock;
  readonly #budget: UploadBudget;
  readonly #stopWatching: () => void;
  #changed = Promise.withResolvers<void>();
  #failure: unknown;

  constructor(body: Readable, { clock, budget }: BodyLimits) {
    this.#body = body;
    this.#clock = clock;
    this.#budget = budget;
    body.on('readable', this.#tell).on('end', this.#tell);
    this.#stopWatching = finished(body, { writable: false }, this.#onFinished);
    clock.signal.addEventListener('abort', this.#onAbort);
    if (clock.signal.aborted) this.#onAbort();
  }

  /** Throws UPLOAD_TOO_LARGE, UPLOAD_ABORTED, UPLOAD_TIMEOUT, and what the body was destroyed with if that is one of ours; and the same ever after. */
  async next(): Promise<IteratorResult<Buffer, void>> {
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure;
        const chunk = this.#body.read() as Buffer | null;
        if (chunk !== null) return { done: false, value: this.#counted(chunk) };
        if (this.#body.readableEnded) return { done: true, value: undefined };
        this.#clock.expectBytes();
        await this.#changed.promise;
      }
    } finally {
      this.#clock.haveBytes();
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.#stopWatching();
    this.#clock.signal.removeEventListener('abort', this.#onAbort);
    this.#body.off('readable', this.#tell).off('end', this.#tell).pause();
    this.#fail(uploadAborted());
  }

  readonly #onFinished = (error: unknown) => {
    if (error instanceof Error) this.#fail(error instanceof HepastageError ? error : uploadAborted(error));
  };

  readonly #onAbort = () => this.#fail(this.#clock.signal.reason);

  readonly #tell = () => {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  };

  #counted(chunk: Buffer): Buffer {
    try {
      this.#budget.spend(chunk.length);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    return chunk;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#tell();
  }
}
