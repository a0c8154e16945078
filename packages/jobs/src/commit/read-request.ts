import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { decodeText, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';
import type { JobName } from '../job-stores.ts';

/** Most of a request.json, bytes: a few inputs and what the client said. */
const requestBytesMax = 2 ** 20;

/** A study's request.json; undefined where there is none: it was never accepted, or was erased. */
export async function readRequest(store: ObjectStore, job: JobName): Promise<StudyRequest | undefined> {
  const bytes = await readRequestBytes(store, job);
  return bytes?.length ? decodeText(StudyRequestSchema, bytes.toString()) : undefined;
}

/** As it lies there: empty where the job was ruled out, undefined where it is neither accepted nor ruled out. */
export async function readRequestBytes(
  store: ObjectStore,
  { tenant, jobId }: JobName,
): Promise<Buffer | undefined> {
  return store.readBytes(objectKeys.request(tenant, jobId), requestBytesMax);
}
