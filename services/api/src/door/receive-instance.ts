import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  corruptDicom,
  type DataSet,
  deidentify,
  keptSyntaxOf,
  textOf,
  type UidHasher,
  writePart10Head,
} from '@hepastage/dicom';
import { instanceOf } from '@hepastage/imaging';
import { indexBytesOf } from '@hepastage/jobs';
import type { ObjectSink } from '@hepastage/platform';
import type { DicomInstance } from '@hepastage/proto';
import type { BackgroundWrites } from './background-writes.ts';
import { borrowed, drain } from './borrowed.ts';
import { assertHolds, holding } from './claimed-images.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { encapsulatedPixels, littleEndian, nativePixels } from './pixel-stream.ts';
import { type IncomingObject, type ObjectLimits, splitObject } from './split-object.ts';

export interface InstanceDestination {
  readonly store: ObjectSink;
  readonly limits: ObjectLimits;
  readonly hashUid: UidHasher;
  readonly writes: BackgroundWrites;
  readonly signal: AbortSignal;
  /**
   * Told of an instance that was read up to its pixels: the key under which it is wanted, or undefined. `sender` is what its sender calls it, `indexBytes` its part of
   * the study's index.
   */
  readonly admit: (
    instance: DicomInstance,
    sender: SenderNames,
    indexBytes: number,
  ) => Promise<string | undefined>;
}

/** An instance's own UIDs. They go back to who sent them, and nowhere else. */
export interface SenderNames {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly studyInstanceUid: string;
}

/** Objects up to this size, bytes, are gathered and written while the next one comes in. */
const smallObjectBytes = 1024 * 1024;
const mediaType = 'application/dicom';

/**
 * Lets one DICOM object in: reads its head, keeps of it what staging needs, and streams it with its pixels to the store. The source is read to its
 * end, unless this throws: then it may be read on. Undefined: the object was not wanted. Throws what is wrong with it; then nothing is left of it.
 */
export async function receiveInstance(
  source: AsyncIterable<Buffer>,
  destination: InstanceDestination,
): Promise<DicomInstance | undefined> {
  const object = await splitObject(borrowed(source), destination.limits);
  let instance: DicomInstance | undefined;
  try {
    instance = await receiveObject(object, destination);
  } finally {
    await object.close();
  }
  // What follows a deflated data set is in nobody's way but the next object's.
  await drain(source);
  return instance;
}

async function receiveObject(
  object: IncomingObject,
  destination: InstanceDestination,
): Promise<DicomInstance | undefined> {
  const dataSet = deidentify(object.dataSet, destination.hashUid);
  const syntax = keptSyntaxOf(object.syntax);
  const known = { ...dataSet, ...unkept(object.dataSet) };
  const instance = instanceOf({
    ...object,
    dataSet: known,
    syntax,
    hasPixels: object.pixelData !== undefined,
  });
  const indexBytes = indexBytesOf(instance);
  const key = await destination.admit(instance, senderNames(object.dataSet), indexBytes);
  if (key === undefined) {
    await drain(object.rest);
    return undefined;
  }
  instance.key = key;
  const bytes = object.pixelData?.bytes === undefined ? undefined : nativeBytes(instance, object);
  if (bytes !== undefined) assertHolds(bytes, indexBytes);
  const head = Buffer.from(writePart10Head(dataSet, syntax, bytes && bytes + (bytes % 2)));
  await write(instance, wholeObject(head, object, instance, { bytes, indexBytes }), destination);
  return instance;
}

/** What something is derived from, and which is not kept. */
function unkept({ SiemensCsaImageHeader }: DataSet): DataSet {
  return SiemensCsaImageHeader === undefined ? {} : { SiemensCsaImageHeader };
}

function senderNames(dataSet: DataSet): SenderNames {
  return {
    sopClassUid: textOf(dataSet, 'SOPClassUID'),
    sopInstanceUid: textOf(dataSet, 'SOPInstanceUID'),
    studyInstanceUid: textOf(dataSet, 'StudyInstanceUID'),
  };
}

/** Bytes of the pixels that the header describes. Throws CORRUPT_DICOM where the pixel data says that it is shorter. */
function nativeBytes({ pixels, frames }: DicomInstance, { pixelData }: IncomingObject): number {
  if (pixels === undefined) throw corruptDicom('nothing says how its pixels are stored');
  const { rows, columns, samplesPerPixel, bitsAllocated } = pixels;
  const expected = (rows * columns * samplesPerPixel * bitsAllocated * frames.length) / 8;
  if (!Number.isSafeInteger(expected) || expected > (pixelData?.bytes ?? 0)) {
    throw corruptDicom('its pixel data is shorter than its rows, columns and frames');
  }
  return expected;
}

async function* wholeObject(
  head: Buffer,
  { syntax, rest }: IncomingObject,
  { pixels, frames }: DicomInstance,
  { bytes, indexBytes }: { bytes: number | undefined; indexBytes: number },
): AsyncGenerator<Buffer, void, void> {
  yield head;
  if (bytes === undefined) yield* holding(encapsulatedPixels(rest, frames.length), indexBytes);
  else if (syntax.byteOrder === 'big' && pixels !== undefined && pixels.bitsAllocated > 8) {
    yield* littleEndian(nativePixels(rest, bytes), pixels.bitsAllocated === 16 ? 2 : 4);
  } else yield* nativePixels(rest, bytes);
  // What follows the pixels is not kept.
  await drain(rest);
}

async function write(
  instance: DicomInstance,
  chunks: AsyncIterable<Buffer>,
  { store, writes, signal }: InstanceDestination,
): Promise<void> {
  const hash = createHash('sha256');
  const measured = async function* measure(source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      hash.update(chunk);
      instance.bytes += chunk.length;
      yield chunk;
    }
  };
  const { gathered, rest } = await gather(measured(chunks), smallObjectBytes);
  if (rest === undefined) {
    await writes.add(async () => store.writeBytes(instance.key, gathered, { mediaType, signal }));
  } else {
    const whole = Readable.from(continued(gathered, rest), { objectMode: false });
    await store.write(instance.key, whole, { mediaType, signal });
  }
  instance.sha256 = hash.digest('hex');
}

/** The first bytes, and the rest where there are more than `bytesMax`. */
async function gather(source: AsyncGenerator<Buffer, void, void>, bytesMax: number) {
  const gathered = new GrowingBuffer();
  while (gathered.length <= bytesMax) {
    const { value, done } = await source.next();
    if (done === true) return { gathered: gathered.bytes, rest: undefined };
    gathered.add(value);
  }
  return { gathered: gathered.bytes, rest: source };
}

async function* continued(head: Buffer, rest: AsyncIterable<Buffer>) {
  yield head;
  yield* rest;
}
