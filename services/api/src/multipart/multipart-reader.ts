import { ErrorCode, HepastageError } from '@hepastage/proto';
import { borrowed, drain } from '../door/borrowed.ts';
import { uploadAborted } from '../upload/upload-clock.ts';
import type { BodyReader } from './body-reader.ts';
import { type PartHeader, parsePartHeader } from './part-header.ts';

/** Kinds of multipart bodies that are taken, and what says how they are made. */
const standards = { 'multipart/form-data': 'RFC 7578', 'multipart/related': 'RFC 2387' } as const;

export interface MultipartOptions {
  readonly type: keyof typeof standards;
  /** As the content-type names it. */
  readonly boundary: string | undefined;
  readonly headerBytesMax: number;
}

export interface Part {
  readonly header: PartHeader;
  /** What is left unread of it is passed over when the next part is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

/** RFC 2046 allows 70; Orthanc's DICOMweb plug-in sends 73. */
const boundaryCharactersMax = 200;
const carriageReturn = 0x0d;
const lineBreak = Buffer.from('\r\n');
const blankLine = Buffer.from('\r\n\r\n');
const dashes = Buffer.from('--');

/**
 * Cuts a multipart body (RFC 2046 5.1) into its parts while it streams in. It asks for bytes only when its own reader does: however many parts a chunk holds, and
 * however slowly they are taken, there is never more of the body here than one chunk.
 */
export class MultipartReader {
  readonly #body: BodyReader;
  readonly #type: MultipartOptions['type'];
  readonly #delimiter: Buffer;
  readonly #headerBytesMax: number;
  /** Received, and not yet given to anybody. The first delimiter may lack the line break before it. */
  #rest: Buffer = lineBreak;
  #hasParts = false;

  /** Throws INVALID_REQUEST. */
  constructor(body: BodyReader, { type, boundary = '', headerBytesMax }: MultipartOptions) {
    this.#body = body;
    this.#type = type;
    this.#headerBytesMax = headerBytesMax;
    if (boundary === '' || boundary.length > boundaryCharactersMax) {
      throw this.#malformed(`a boundary of 1 to ${boundaryCharactersMax} characters in the content-type`);
    }
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** Call it once. Throws INVALID_REQUEST, UPLOAD_ABORTED, and what the body does. */
  async *parts(): AsyncGenerator<Part, void, void> {
    // What stands before the first delimiter, and behind the last, means nothing.
    let content = this.#content();
    for (;;) {
      await drain(content);
      this.#hasParts = true;
      const header = await this.#header();
      if (header === undefined) break;
      content = this.#content();
      yield { header, content: borrowed(content) };
    }
    await drain(this.#body);
  }

  /** Undefined: the delimiter was the last one. */
  async #header(): Promise<PartHeader | undefined> {
    for (;;) {
      if (this.#rest.subarray(0, dashes.length).equals(dashes)) return undefined;
      const end = this.#rest.indexOf(blankLine);
      const lines = end === -1 ? this.#rest : this.#rest.subarray(0, end);
      if (lines.length > this.#headerBytesMax) throw this.#malformed(this.#shortHeaders);
      if (lines.includes(this.#delimiter)) throw this.#malformed();
      if (end !== -1) {
        // A part without content may be ended by the line break that ends its header.
        this.#take(end + lineBreak.length);
        return parsePartHeader(lines);
      }
      await this.#pull();
    }
  }

  /** Up to the next delimiter, which is taken, too. It begins with the line break that ends a header. */
  async *#content(): AsyncGenerator<Buffer, void, void> {
    let skipped = lineBreak.length;
    for (;;) {
      const at = this.#rest.indexOf(this.#delimiter);
      const end = at === -1 ? this.#rest.length - beginning(this.#delimiter, this.#rest) : at;
      if (end > 0) {
        const chunk = this.#take(end).subarray(skipped);
        skipped = 0;
        if (chunk.length > 0) yield chunk;
      }
      if (at !== -1) {
        this.#take(this.#delimiter.length);
        return;
      }
      await this.#pull();
    }
  }

  async #pull(): Promise<void> {
    const { value: chunk, done } = await this.#body.next();
    if (done === true) throw this.#hasParts ? uploadAborted() : this.#malformed();
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
  }

  #take(bytes: number): Buffer {
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }

  get #shortHeaders(): string {
    return `headers of at most ${this.#headerBytesMax} bytes in each part`;
  }

  #malformed(expected = `${standards[this.#type]}, with the boundary that the content-type names`) {
    return new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: `the body is no ${this.#type}`,
      expected,
      action: 'let the library of your client build the request',
    });
  }
}

/** How many bytes at the end of `bytes` may be the beginning of `delimiter`, which has only one carriage return, its first byte. */
function beginning(delimiter: Buffer, bytes: Buffer): number {
  const end = bytes.subarray(Math.max(0, bytes.length - delimiter.length + 1));
  const at = end.lastIndexOf(carriageReturn);
  if (at === -1) return 0;
  const begun = end.subarray(at);
  return begun.equals(delimiter.subarray(0, begun.length)) ? begun.length : 0;
}
