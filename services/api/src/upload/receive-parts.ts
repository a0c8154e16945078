import { defaultMetadata } from '@hepastage/jobs';
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
import { formParts } from './form-parts.ts';
import { readMetadata } from './metadata.ts';
import { PartMeter, UploadBudget } from './meter.ts';
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
    for await (const part of formParts(request, { clock, budget }, config.partHeaderBytesMax)) {
      const name = names.check(part.name);
      try {
        if (name === metadataPart) {
          names.once(name);
          metadata = await readMetadata(new PartMeter(metadataLimit).measure(part.content));
        } else {
          const file = await receiveContent(name, part.content, names, destination);
          if (file !== undefined) files.push(file);
        }
      } catch (error) {
        throw atPart(error, name);
      }
    }
  } catch (error) {
    // The clock knows best why a stream broke off.
    throw clock.signal.aborted ? clock.signal.reason : error;
  }
  return { files, metadata };
}

/** A file part, as what it turns out to be. Undefined: DICOM, which the intake has. */
async function receiveContent(
  name: FilePartName,
  source: AsyncIterable<Buffer>,
  names: PartNames,
  destination: PartsDestination,
): Promise<ReceivedFile | undefined> {
  const { config, intake, digest } = destination;
  const meter = new PartMeter(
    { bytesMax: config.uploadFileBytesMax, code: ErrorCode.UPLOAD_TOO_LARGE },
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
  const isOfThePart =
    error instanceof HepastageError && error.httpStatus < 500 && error.code !== ErrorCode.UPLOAD_ABORTED;
  return isOfThePart ? error.at(`part ${name}`) : error;
}
