import { pipeline, Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import {
  corruptDicom,
  type Header,
  isHopeless,
  isMrImage,
  type Preamble,
  readHeader,
  readPreamble,
  readSopClass,
} from '@hepastage/dicom';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { PrefixedStream } from './prefixed-stream.ts';

/** The head of most objects, and the first step towards that of the others, bytes. */
const usualHeadBytes = 64 * 1024;
/** Preamble and meta header, bytes. */
const preambleBytes = 1024;
/** Inflated bytes in memory at once: few, because many uploads run at the same time. */
const inflateChunkBytes = 16 * 1024;

export interface ObjectLimits {
  /** Most bytes before the pixels: they are kept in memory. */
  readonly headerBytesMax: number;
  /** Most bytes of a deflated object. */
  readonly decompressedBytesMax: number;
}

/** A DICOM object that streams in: its attributes, and its pixel data still to come. */
export interface IncomingObject extends Header, Omit<Preamble, 'dataSetOffset'> {
  /** The stream from the pixel data's first byte to the file's end; nothing where there is none. Read it to its end. */
  readonly rest: AsyncIterable<Buffer>;
  /** Lets go of everything: call it on every exit. */
  close(): Promise<void>;
}

/**
 * Reads an object up to its pixel data. Throws NOT_DICOM, CORRUPT_DICOM, UNSUPPORTED_TRANSFER_SYNTAX, DECOMPRESSED_TOO_LARGE; WRONG_MODALITY for one
 * that can't be read, but is none to be staged anyway.
 */
export async function splitObject(
  source: AsyncIterable<Buffer>,
  limits: ObjectLimits,
): Promise<IncomingObject> {
  const file = new PrefixedStream(source);
  const { dataSetOffset, ...preamble } = await preambleOf(file);
  const plain = file.from(dataSetOffset);
  const dataSet = new PrefixedStream(
    preamble.syntax.deflated ? inflated(plain, limits.decompressedBytesMax) : plain,
  );
  const close = async () => dataSet.close();
  try {
    const header = await headerOf(dataSet, preamble, limits.headerBytesMax);
    const rest = dataSet.from(header.pixelData?.offset ?? dataSet.prefix.length);
    return { ...preamble, ...header, rest, close };
  } catch (error) {
    await close();
    throw isCorrupt(error) && isOtherClass(dataSet.prefix, preamble.syntax) ? noMrImage() : error;
  }
}

function isCorrupt(error: unknown): boolean {
  return error instanceof HepastageError && error.code === ErrorCode.CORRUPT_DICOM;
}

function isOtherClass(beginning: Buffer, syntax: Preamble['syntax']): boolean {
  const sopClass = readSopClass(beginning, syntax);
  return sopClass !== '' && !isMrImage(sopClass);
}

async function preambleOf(file: PrefixedStream): Promise<Preamble> {
  for (let bytes = preambleBytes; ; bytes *= 4) {
    await file.grow(bytes);
    const preamble = readPreamble(file.prefix);
    if (preamble !== undefined) return preamble;
    if (file.ended) throw tooShort();
  }
}

/** Tries with twice as many bytes until they are enough, so that a long head costs no more than reading it twice. */
async function headerOf(
  dataSet: PrefixedStream,
  { syntax }: Pick<Preamble, 'syntax'>,
  bytesMax: number,
): Promise<Header> {
  for (let bytes = usualHeadBytes; ; bytes *= 2) {
    await dataSet.grow(Math.min(bytes, bytesMax));
    const header = tryHeader(dataSet, syntax);
    if (header?.pixelData !== undefined || (header !== undefined && dataSet.ended)) return header;
    if (bytes >= bytesMax) throw corruptDicom(`there is no pixel data within its first ${bytesMax} bytes`);
  }
}

/** Undefined: the bytes so far break off within the head. */
function tryHeader(dataSet: PrefixedStream, syntax: Preamble['syntax']): Header | undefined {
  try {
    return readHeader(dataSet.prefix, syntax);
  } catch (error) {
    if (dataSet.ended || isHopeless(error)) throw error;
    return undefined;
  }
}

async function* inflated(
  source: AsyncIterable<Buffer>,
  bytesMax: number,
): AsyncGenerator<Buffer, void, void> {
  const inflate = createInflateRaw({ chunkSize: inflateChunkBytes });
  // Errors of either arrive below.
  pipeline(Readable.from(source), inflate, () => undefined);
  let bytes = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? corruptDicom('its deflated data set is damaged', error) : error;
  } finally {
    // What follows the deflated data is never taken from it.
    inflate.destroy();
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function tooLarge(bytesMax: number): HepastageError {
  return new HepastageError(ErrorCode.DECOMPRESSED_TOO_LARGE, {
    what: 'the object decompresses to more than allowed',
    expected: `at most ${bytesMax} bytes`,
    action: 'export the study uncompressed, or split',
  });
}

function noMrImage(): HepastageError {
  return new HepastageError(ErrorCode.WRONG_MODALITY, {
    what: 'the object is no MR image',
    where: 'SOPClassUID',
    expected: 'an MR Image Storage class',
    action: 'leave it out',
  });
}

function tooShort(): HepastageError {
  return new HepastageError(ErrorCode.NOT_DICOM, {
    what: 'the file is too short to be a DICOM object',
    action: 'leave it out, or export the study again',
  });
}
