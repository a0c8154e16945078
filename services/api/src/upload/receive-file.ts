import { Readable } from 'node:stream';
import { type Geometry, isGzip, type ImageLimits, NiftiInspector } from '@hepastage/imaging';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { ErrorCode, HepastageError, StudyInput_Role } from '@hepastage/proto';
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
  readonly store: ObjectStore;
  readonly tenant: string;
  readonly jobId: string;
  readonly limits: ImageLimits;
  readonly signal: AbortSignal;
}

/** Bytes that tell a gzip stream from a bare NIfTI file. */
const magicBytes = 2;

/** Streams one file part through the inspection into the object store. Throws what is wrong with the file; then nothing is left of it. */
export async function receiveFile(
  name: FilePartName,
  source: AsyncIterable<Buffer>,
  meter: PartMeter,
  { store, tenant, jobId, limits, signal }: FileDestination,
): Promise<ReceivedFile> {
  const kind = fileParts[name].role === StudyInput_Role.LIVER_MASK ? 'mask' : 'image';
  const inspector = new NiftiInspector(limits, kind);
  const { head, rest } = await splitHead(meter.measure(source));
  const gzip = isGzip(head);
  const inspection = gzip ? inspectGzip(inspector, limits.decompressedBytesMax) : inspectPlain(inspector);
  const key = objectKeys.input(tenant, jobId, `${name}.nii${gzip ? '.gz' : ''}`);
  const mediaType = gzip ? 'application/gzip' : 'application/octet-stream';
  const chunks = Readable.from(inspected(head, rest, inspection), { objectMode: false });
  await store.write(key, chunks, { mediaType, signal });
  return { name, key, bytes: meter.bytes, sha256: meter.digest(), geometry: geometryOf(inspector) };
}

/** The first chunks, joined, of enough bytes to know the file's kind. */
async function splitHead(chunks: AsyncGenerator<Buffer, void, void>) {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < magicBytes) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return { head, rest: chunks };
}

/** Passes a chunk on only once it has been looked into. */
async function* inspected(head: Buffer, rest: AsyncIterable<Buffer>, inspection: ContentInspection) {
  try {
    if (head.length > 0) {
      await inspection.write(head);
      yield head;
    }
    for await (const chunk of rest) {
      await inspection.write(chunk);
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
