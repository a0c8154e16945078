import { create } from '@bufbuild/protobuf';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { decodeText, encodeText, ErasureSchema, now } from '@hepastage/proto';
import type { JobName } from '../job-stores.ts';

/** Most of a note, bytes: names that came in a request's headers. */
const noteBytesMax = 2 ** 16;

/** Who wants a job erased. */
export interface Eraser {
  readonly actor: string;
  /** Of the request, as logs have it. */
  readonly requestId?: string;
}

/**
 * Notes that a job is to be erased, and by whom. A note that is there stays as it is: whoever asked first is not forgotten, however often the erasure breaks off. Returns
 * everyone in whose name it goes on now.
 */
export async function noteErasure(job: JobName, eraser: Eraser, store: ObjectStore): Promise<Eraser[]> {
  const { tenant, jobId } = job;
  const note = create(ErasureSchema, { tenant, jobId, ...eraser, requestedAt: now() });
  const body = Buffer.from(encodeText(ErasureSchema, note));
  if (await store.create(keyOf(job), body, { mediaType: 'application/json' })) return [eraser];
  // Absent again: the other has erased the job, and has said so.
  const first = await notedEraser(job, store);
  return first === undefined || isSame(first, eraser) ? [eraser] : [first, eraser];
}

/** Who asked first; undefined where there is no note, or one that nobody can read. Throws what the store throws. */
export async function notedEraser(job: JobName, store: ObjectStore): Promise<Eraser | undefined> {
  const bytes = await store.readBytes(keyOf(job), noteBytesMax);
  if (bytes === undefined) return undefined;
  try {
    const { actor, requestId } = decodeText(ErasureSchema, bytes.toString());
    return { actor, requestId };
  } catch {
    return undefined;
  }
}

/** Call it once nothing is left of the job. */
export async function eraseNote(job: JobName, store: ObjectStore): Promise<void> {
  await store.erase(keyOf(job));
}

function keyOf({ tenant, jobId }: JobName): string {
  return objectKeys.erasure(tenant, jobId);
}

function isSame(one: Eraser, other: Eraser): boolean {
  return one.actor === other.actor && (one.requestId ?? '') === (other.requestId ?? '');
}
