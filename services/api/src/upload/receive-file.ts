import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Geometry, isGzip, type ImageLimits, NiftiInspector } from '@hepastage/imaging';
import { objectKeys, type ObjectSink } from '@hepastage/platform';
import { ErrorCode, HepastageError, StudyInput_Role } from '@hepastage/proto';
import type { PrefixedStream } from '../door/prefixed-stream.ts';
import { fileParts, type FilePartName } from '../schemas/study-parts.ts';
import { type ContentInspection, inspectGzip, inspectPlain } from './content-inspection.ts';
import type { PartMeter } from './meter.ts';

/** A file that lies in the object store, and what its bytes say. */
export interface ReceivedFile {
  readonly name: FilePartName;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly geometry: Geometry;
}

export interface FileDestination {
  readonly store: ObjectSink;
  readonly tenant: string;
  readonly jobId: string;
  readonly limits: ImageLimits;
  readonly signal: AbortSignal;
}

/** Streams one NIfTI part through the inspection into the object store. Throws what is wrong with the file; then nothing is left of it. */
export async function receiveFile(
  name: FilePartName,
  stream: PrefixedStream,
  meter: PartMeter,
  { store, tenant, jobId, limits, signal }: FileDestination,
): Promise<ReceivedFile> {
  const kind = fileParts[name].role === StudyInput_Role.LIVER_MASK ? 'mask' : 'image';
  const inspector = new NiftiInspector(limits, kind);
  const gzip = isGzip(stream.prefix);
  const inspection = gzip ? inspectGzip(inspector, limits.decompressedBytesMax) : inspectPlain(inspector);
  const key = objectKeys.input(tenant, jobId, `${name}.nii${gzip ? '.gz' : ''}`);
  const mediaType = gzip ? 'application/gzip' : 'application/octet-stream';
  const hash = createHash('sha256');
  const chunks = Readable.from(inspected(stream.from(0), inspection, hash), { objectMode: false });
  await store.write(key, chunks, { mediaType, signal });
  return { name, key, bytes: meter.bytes, sha256: hash.digest('hex'), geometry: geometryOf(inspector) };
}

/** Passes a chunk on only once it has been looked into, and hashed. */
async function* inspected(chunks: AsyncIterable<Buffer>, inspection: ContentInspection, hash: Hash) {
  try {
    for await (const chunk of chunks) {
      await inspection.write(chunk);
      hash.update(chunk);
      yield chunk;
    }
    await inspection.end();
  } finally {
    inspection.close();
  }
}

function geometryOf({ header }: NiftiInspector): Geometry {
  // An inspection that ended well has read a header.
  if (header === undefined)
    throw new HepastageError(ErrorCode.INTERNAL, { what: 'the image has no geometry' });
  return header;
}
