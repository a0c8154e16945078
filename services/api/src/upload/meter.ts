import type { Hash } from 'node:crypto';
import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Bytes of a whole upload so far, be they of a part or between parts. */
export class UploadBudget {
  readonly #bytesMax: number;
  readonly #onBytes: (bytes: number) => void;
  #bytes = 0;

  /** `onBytes` is told of each chunk, for metrics. */
  constructor(bytesMax: number, onBytes: (bytes: number) => void) {
    this.#bytesMax = bytesMax;
    this.#onBytes = onBytes;
  }

  /** Refuses a body that says itself that it is too large, before it is sent. Throws UPLOAD_TOO_LARGE. */
  announce(contentLength: string | undefined): void {
    if (Number(contentLength ?? 0) > this.#bytesMax) throw this.#exceeded();
  }

  /** Throws UPLOAD_TOO_LARGE. */
  spend(bytes: number): void {
    this.#bytes += bytes;
    this.#onBytes(bytes);
    if (this.#bytes > this.#bytesMax) throw this.#exceeded();
  }

  #exceeded(): HepastageError {
    return tooLarge(ErrorCode.UPLOAD_TOO_LARGE, 'the upload', this.#bytesMax);
  }
}

export interface PartLimit {
  readonly bytesMax: number;
  /** Code of the refusal of a longer part. */
  readonly code: ErrorCode;
}

/** Counts the bytes of one part while they stream by, and stops them at its limit. */
export class PartMeter {
  readonly #limit: PartLimit;
  readonly #hash: Hash | undefined;
  bytes = 0;

  /** `hash` takes in all bytes, too. */
  constructor(limit: PartLimit, hash?: Hash) {
    this.#limit = limit;
    this.#hash = hash;
  }

  /** Passes the chunks of `source` on. Throws the limit's code. */
  async *measure(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
    const { bytesMax, code } = this.#limit;
    for await (const chunk of source) {
      this.bytes += chunk.length;
      if (this.bytes > bytesMax) throw tooLarge(code, 'the part', bytesMax);
      this.#hash?.update(chunk);
      yield chunk;
    }
  }
}

function tooLarge(code: ErrorCode, what: string, bytesMax: number): HepastageError {
  return new HepastageError(code, {
    what: `${what} is larger than allowed`,
    expected: `at most ${bytesMax} bytes`,
    action: 'send less: volumes may be compressed or cropped',
  });
}
