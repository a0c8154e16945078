import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import {
  encodeText,
  ErrorCode,
  HepastageError,
  type StudyMetadata,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { openInputFile, unreadable } from '../input-file.ts';
import { assertStudy, type StudyFiles, studyParts } from '../study-files.ts';

/** Told how many bytes of how many have been sent. */
export type OnSent = (sentBytes: number, totalBytes: number) => void;

interface Part {
  readonly head: Buffer;
  readonly content: Uint8Array | OpenFile;
  readonly contentBytes: number;
}

interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/** A study as multipart/form-data, streamed from its files; its length is known before the first byte. Disposing closes the files. */
export class StudyUpload implements AsyncDisposable {
  readonly contentType: string;
  readonly totalBytes: number;
  readonly #parts: readonly Part[];
  readonly #tail: Buffer;

  private constructor(boundary: string, parts: readonly Part[]) {
    this.contentType = `multipart/form-data; boundary=${boundary}`;
    this.#parts = parts;
    this.#tail = Buffer.from(`--${boundary}--\r\n`);
    this.totalBytes = parts.reduce(
      (sum, { head, contentBytes }) => sum + head.length + contentBytes + lineEnd.length,
      this.#tail.length,
    );
  }

  /** Throws NO_SEQUENCE, INVALID_REQUEST. */
  static async open(files: StudyFiles, metadata: StudyMetadata): Promise<StudyUpload> {
    assertStudy(files);
    const boundary = `hepastage-${randomUUID()}`;
    const text = Buffer.from(encodeText(StudyMetadataSchema, metadata));
    const parts: Part[] = [{ head: headOf(boundary, 'metadata'), content: text, contentBytes: text.length }];
    await using opened = new AsyncDisposableStack();
    for (const { option, part } of studyParts) {
      const path = files[option];
      if (path === undefined) continue;
      const { handle, bytes } = await openInputFile(path);
      opened.defer(async () => handle.close());
      // The file's own name stays here: it may identify a patient.
      const head = headOf(boundary, part, `${part}.nii`);
      parts.push({ head, content: { path, handle }, contentBytes: bytes });
    }
    opened.move();
    return new StudyUpload(boundary, parts);
  }

  async *bytes(onSent: OnSent): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for await (const chunk of this.#chunks()) {
      yield chunk;
      sent += chunk.length;
      onSent(sent, this.totalBytes);
    }
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    for (const { head, content, contentBytes } of this.#parts) {
      yield head;
      if (content instanceof Uint8Array) yield content;
      else yield* bytesOf(content, contentBytes);
      yield lineEnd;
    }
    yield this.#tail;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#parts.map(async ({ content }) =>
        content instanceof Uint8Array ? undefined : content.handle.close(),
      ),
    );
  }
}

/** The first `bytes` of a file: as many as were announced. Throws INVALID_REQUEST where it can't be read, or has become shorter. */
async function* bytesOf({ path, handle }: OpenFile, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  try {
    if (bytes > 0) {
      for await (const chunk of handle.createReadStream({ autoClose: false, start: 0, end: bytes - 1 })) {
        left -= (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (left > 0) {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the file became shorter while it was sent',
      where: path,
      expected: `${bytes} bytes`,
      received: bytes - left,
      action: 'send it once it is complete',
    });
  }
}

const lineEnd = Buffer.from('\r\n');

function headOf(boundary: string, name: string, fileName?: string): Buffer {
  const disposition = `Content-Disposition: form-data; name="${name}"`;
  return Buffer.from(
    fileName === undefined
      ? `--${boundary}\r\n${disposition}\r\n\r\n`
      : `--${boundary}\r\n${disposition}; filename="${fileName}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  );
}
