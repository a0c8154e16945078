import { type ListedObject, objectKeys, type ObjectStore } from '@hepastage/platform';
import { decodeText, type DicomInstance, type DicomStudy, DicomStudySchema } from '@hepastage/proto';
import { framesMax } from '../commit/dicom-index.ts';
import type { JobName } from '../job-stores.ts';
import { ByteGate } from './byte-gate.ts';

/** What a study may be at most. */
export interface ArrivalLimits {
  readonly filesMax: number;
  readonly indexBytesMax: number;
}

/** What one request brought, as it was listed. */
type Index = Pick<ListedObject, 'key' | 'bytes'>;

/** Indexes that are in this process's memory at once, bytes, unless one study has more. Read, they take some five times as much. */
const reading = new ByteGate(4 * 2 ** 20);

/**
 * What all requests brought together, for `use`. An instance that came twice counts as it came last. Memory: one request's index, and the images of those
 * before it; studies of large indexes are read one after the other.
 */
export async function withArrived<T>(
  job: JobName,
  { store, config }: { readonly store: ObjectStore; readonly config: ArrivalLimits },
  use: (instances: DicomInstance[]) => Promise<T>,
): Promise<T | 'too many'> {
  const indexes: Index[] = [];
  let bytes = 0;
  for await (const index of indexesOf(job, store)) {
    indexes.push(index);
    bytes += index.bytes;
    if (bytes > config.indexBytesMax) return 'too many';
  }
  return reading.during(bytes, async () => {
    const instances = await instancesOf(indexes, store, config);
    return instances === 'too many' ? instances : use(instances);
  });
}

/** The study that requests brought; undefined where there is none. */
export async function arrivedStudy(job: JobName, store: ObjectStore): Promise<string | undefined> {
  for await (const index of indexesOf(job, store)) {
    return reading.during(index.bytes, async () => (await read(index, store))?.studyInstanceUid);
  }
  return undefined;
}

/** Whether anything is left of what requests brought. */
export async function hasArrived(job: JobName, store: ObjectStore): Promise<boolean> {
  for await (const _ of indexesOf(job, store)) return true;
  return false;
}

function indexesOf({ tenant, jobId }: JobName, store: ObjectStore): AsyncIterable<Index> {
  return store.list(objectKeys.arrival(tenant, jobId, '').replace(/\.json$/, ''));
}

/** Keys begin with the time, so that a listing is in the order in which they came. */
async function instancesOf(
  indexes: readonly Index[],
  store: ObjectStore,
  { filesMax }: ArrivalLimits,
): Promise<DicomInstance[] | 'too many'> {
  const instances = new Map<string, DicomInstance>();
  let frames = 0;
  for (const index of indexes) {
    for (const instance of (await read(index, store))?.instances ?? []) {
      frames += instance.frames.length - (instances.get(instance.sopInstanceUid)?.frames.length ?? 0);
      instances.set(instance.sopInstanceUid, instance);
    }
    if (instances.size > filesMax || frames > framesMax) return 'too many';
  }
  return [...instances.values()];
}

async function read({ key, bytes }: Index, store: ObjectStore): Promise<DicomStudy | undefined> {
  const body = await store.readBytes(key, bytes);
  return body && decodeText(DicomStudySchema, body.toString());
}
