import type { MultipartFile } from '@fastify/multipart';
import type { StudyMetadata } from '@hepastage/proto';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FastifyRequest } from 'fastify';
import type { ApiConfig } from '../config.ts';
import { isPartName, metadataPart, type PartName } from '../schemas/study-parts.ts';
import { defaultMetadata, readMetadata } from './metadata.ts';
import { PartMeter, UploadBudget } from './meter.ts';
import { multipartError, unknownPart } from './multipart-errors.ts';
import { type FileDestination, receiveFile, type ReceivedFile } from './receive-file.ts';
import type { UploadClock } from './upload-clock.ts';

export interface ReceivedParts {
  readonly files: readonly ReceivedFile[];
  readonly metadata: StudyMetadata;
}

export interface PartsDestination extends FileDestination {
  readonly config: ApiConfig;
  readonly clock: UploadClock;
  readonly onBytes: (bytes: number) => void;
}

/** Takes the parts of the form one after the other, each streamed as it comes. Throws at the first that is wrong, whatever follows it. */
export async function receiveParts(
  request: FastifyRequest,
  destination: PartsDestination,
): Promise<ReceivedParts> {
  const { config, clock } = destination;
  const imageLimit = { bytesMax: config.uploadFileBytesMax, code: ErrorCode.UPLOAD_TOO_LARGE };
  const metadataLimit = { bytesMax: config.metadataBytesMax, code: ErrorCode.INVALID_METADATA };
  const budget = new UploadBudget(config.uploadBytesMax, destination.onBytes);
  budget.announce(request.headers['content-length']);
  const seen = new Set<PartName>();
  const files: ReceivedFile[] = [];
  let metadata = defaultMetadata();
  try {
    for await (const part of partsOf(request, config, clock)) {
      const name = checkName(part.fieldname, seen, config.partsMax);
      try {
        if (name === metadataPart) {
          const meter = new PartMeter(metadataLimit, budget, clock);
          metadata = await readMetadata(meter.measure(part.file));
        } else {
          const meter = new PartMeter(imageLimit, budget, clock);
          files.push(await receiveFile(name, part.file, meter, destination));
        }
      } catch (error) {
        throw atPart(error, name);
      }
    }
  } catch (error) {
    // The clock knows best why a stream broke off.
    throw clock.signal.aborted ? clock.signal.reason : multipartError(error);
  }
  return { files, metadata };
}

/** Faults of the store and of the connection are not the part's. */
function atPart(error: unknown, name: PartName): unknown {
  return error instanceof HepastageError && error.httpStatus < 500 ? error.at(`part ${name}`) : error;
}

/** The parts of the form, all as streams. Whoever stops early, or is stopped by the clock, leaves no stream behind. */
async function* partsOf(
  request: FastifyRequest,
  config: ApiConfig,
  clock: UploadClock,
): AsyncGenerator<MultipartFile, void, void> {
  const parts = request.parts({
    isPartAFile: () => true,
    limits: { fileSize: Infinity, parts: Infinity, headerSize: config.partHeaderBytesMax },
  });
  for (;;) {
    clock.expectBytes();
    const { value: part, done } = await orAborted(parts.next(), clock.signal);
    clock.haveBytes();
    if (done === true) return;
    // isPartAFile above makes every part one.
    if (part.type !== 'file') throw unknownPart();
    const stop = () => part.file.destroy(clock.signal.reason as Error);
    clock.signal.addEventListener('abort', stop, { once: true });
    try {
      yield part;
    } finally {
      clock.signal.removeEventListener('abort', stop);
      // Also ends the parser, if the part was not read to its end.
      part.file.destroy();
    }
  }
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Throws TOO_MANY_PARTS, UNKNOWN_PART, DUPLICATE_PART. */
function checkName(name: string | undefined, seen: Set<PartName>, partsMax: number): PartName {
  const position = seen.size + 1;
  if (position > partsMax) {
    throw new HepastageError(ErrorCode.TOO_MANY_PARTS, {
      what: 'the form has too many parts',
      expected: `at most ${partsMax}`,
      action: 'send one study at a time',
    });
  }
  if (!isPartName(name)) throw unknownPart(position);
  if (seen.has(name)) {
    throw new HepastageError(ErrorCode.DUPLICATE_PART, {
      what: 'the part was sent twice',
      where: `part ${name}`,
      expected: 'each part at most once',
      action: 'send one of them',
    });
  }
  seen.add(name);
  return name;
}
