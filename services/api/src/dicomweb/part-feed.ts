import type { Readable } from 'node:stream';
import { Dicer } from '@fastify/busboy';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { uploadAborted } from '../upload/upload-clock.ts';
import { OpenPart } from './open-part.ts';
import { watchBody } from './watch-body.ts';

export interface PartFeedOptions {
  readonly boundary: string;
  readonly headerBytesMax: number;
}

/** Header lines that are read of a part; STOW-RS has four. */
const headerLinesMax = 50;

/**
 * Flows a multipart body through busboy's Dicer, which splits it with backpressure: what is not read of a part stays with the sender. Dicer
 * says that something is wrong on whichever stream it is at; here it is kept, and thrown to whoever waits next.
 */
export class PartFeed implements Disposable {
  readonly #body: Readable;
  readonly #dicer: Dicer;
  readonly #stopWatching: () => void;
  readonly #parts: OpenPart[] = [];
  #changed = Promise.withResolvers<void>();
  #hasParts = false;
  #ended = false;
  #failure: unknown;
  #current: OpenPart | undefined;

  constructor(
    body: Readable,
    { boundary, headerBytesMax }: PartFeedOptions,
    signal: AbortSignal | undefined,
  ) {
    this.#body = body;
    // Its declaration leaves one limit out.
    const limits = { maxHeaderPairs: headerLinesMax, maxHeaderSize: headerBytesMax };
    this.#dicer = new Dicer({ boundary, ...limits });
    this.#dicer.on('part', (stream) => this.#open(new OpenPart(stream)));
    this.#dicer.on('error', (error) => this.#fail(this.#hasParts ? uploadAborted(error) : malformed(error)));
    this.#dicer.on('finish', () => {
      this.#ended = true;
      this.#tell();
    });
    body.pipe(this.#dicer);
    this.#stopWatching = watchBody(body, signal, (error) => this.#break(error));
  }

  /** The next part, once its header is there; undefined after the last. Throws INVALID_REQUEST, UPLOAD_ABORTED, the signal's reason. */
  async next(): Promise<OpenPart | undefined> {
    for (;;) {
      const [part, following] = this.#parts;
      if (part?.hasHeader === true) {
        this.#current = this.#parts.shift();
        return part;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (part !== undefined && (following !== undefined || this.#ended)) throw malformed();
      if (this.#ended) return undefined;
      await this.#changed.promise;
    }
  }

  [Symbol.dispose](): void {
    this.#stopWatching();
    this.#body.unpipe(this.#dicer);
    this.#dicer.destroy();
    for (const part of [this.#current, ...this.#parts]) part?.destroy(uploadAborted());
  }

  #open(part: OpenPart): void {
    this.#hasParts = true;
    this.#parts.push(part);
    part.onHeader(() => this.#tell());
    this.#tell();
  }

  /** The body will not go on, so neither will its parts. */
  #break(error: unknown): void {
    this.#body.unpipe(this.#dicer);
    this.#fail(error);
    for (const part of [this.#current, ...this.#parts]) part?.destroy(error);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#tell();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

function malformed(cause?: unknown): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the body is no multipart/related',
    expected: 'RFC 2387, with the boundary that the content-type names',
    action: 'let your DICOMweb client build the request',
    cause,
  });
}
