import { defaultMetadata } from '@hepastage/jobs';
import type { MultipartFile } from '@fastify/multipart';
import type { StudyMetadata } from '@hepastage/proto';
import { ErrorCode, HepastageError, StudyInput_Role } from '@hepastage/proto';
import { archiveEntries } from '@hepastage/platform';
import type { FastifyRequest } from 'fastify';
import type { ApiConfig } from '../config.ts';
import type { DicomIntake } from '../door/dicom-intake.ts';
import { PrefixedStream } from '../door/prefixed-stream.ts';
import type { ContentDigest } from '../idempotency/content-digest.ts';
import { fileParts, type FilePartName, metadataPart, type PartName } from '../schemas/study-parts.ts';
import { contentKind, tellingBytes } from './content-kind.ts';
import { readMetadata } from './metadata.ts';
import { PartMeter, UploadBudget } from './meter.ts';
import { multipartError, unknownPart } from './multipart-errors.ts';
import { PartNames } from './part-names.ts';
import { type FileDestination, receiveFile, type ReceivedFile } from './receive-file.ts';
import type { UploadClock } from './upload-clock.ts';

export interface ReceivedParts {
  /** NIfTI files. DICOM objects are with the intake. */
  readonly files: readonly ReceivedFile[];
  readonly metadata: StudyMetadata;
}

export interface PartsDestination extends FileDestination {
  readonly config: ApiConfig;
  readonly clock: UploadClock;
  readonly intake: DicomIntake;
  readonly onBytes: (bytes: number) => void;
  /** Of what the client sends, where somebody asks for it. */
  readonly digest: ContentDigest | undefined;
}

/** Takes the parts of the form one after the other, each streamed as it comes. Throws at the first that is wrong, whatever follows it. */
export async function receiveParts(
  request: FastifyRequest,
  destination: PartsDestination,
): Promise<ReceivedParts> {
  const { config, clock } = destination;
  const metadataLimit = { bytesMax: config.metadataBytesMax, code: ErrorCode.INVALID_METADATA };
  const budget = new UploadBudget(config.uploadBytesMax, destination.onBytes);
  budget.announce(request.headers['content-length']);
  const names = new PartNames(config.partsMax);
  const files: ReceivedFile[] = [];
  let metadata = defaultMetadata();
  try {
    for await (const part of partsOf(request, config, clock)) {
      const name = names.check(part.fieldname);
      try {
        if (name === metadataPart) {
          names.once(name);
          const meter = new PartMeter(metadataLimit, budget, clock);
          metadata = await readMetadata(meter.measure(part.file));
        } else {
          const file = await receiveContent(name, part.file, { names, budget }, destination);
          if (file !== undefined) files.push(file);
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

/** A file part, as what it turns out to be. Undefined: DICOM, which the intake has. */
async function receiveContent(
  name: FilePartName,
  source: AsyncIterable<Buffer>,
  { names, budget }: { names: PartNames; budget: UploadBudget },
  destination: PartsDestination,
): Promise<ReceivedFile | undefined> {
  const { config, clock, intake, digest } = destination;
  const meter = new PartMeter(
    { bytesMax: config.uploadFileBytesMax, code: ErrorCode.UPLOAD_TOO_LARGE },
    budget,
    clock,
    digest?.part(name),
  );
  const stream = new PrefixedStream(meter.measure(source));
  await stream.grow(tellingBytes);
  const { sequence, role } = fileParts[name];
  const kind = role === StudyInput_Role.LIVER_MASK ? 'nifti' : contentKind(stream.prefix);
  if (kind !== 'nifti') names.many(name);
  if (kind === 'zip') {
    const limits = {
      entriesMax: config.filesMax,
      entryBytesMax: config.uploadFileBytesMax,
      decompressedBytesMax: config.studyBytesMax,
    };
    for await (const { content } of archiveEntries(stream.from(0), limits))
      await intake.add(content, sequence);
    return undefined;
  }
  if (kind === 'dicom' || name === 'study') {
    await intake.add(stream.from(0), sequence);
    return undefined;
  }
  names.once(name);
  return receiveFile(name, stream, meter, destination);
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
