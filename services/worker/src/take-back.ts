import { hasRequest, readEnd } from '@hepastage/jobs';
import { objectKeys, type ObjectStore, type StatusStore } from '@hepastage/platform';
import { type Artefact, JobRecord_State, type StudyRequest } from '@hepastage/proto';

interface Stores {
  readonly store: ObjectStore;
  readonly status: StatusStore;
}

/**
 * Takes back what an attempt wrote that counts for nothing: all of it, where its job was cancelled or erased; what the job's end does not list, where it has ended: a failure lists nothing. A
 * record that is missing means an erased job only if the request is gone, too: otherwise Redis has lost it, and the study that was accepted can still be rebuilt from what
 * lies in the store.
 */
export async function takeBack(job: StudyRequest, { status, store }: Stores): Promise<void> {
  const { tenant, jobId } = job;
  const state = (await status.get(tenant, jobId))?.record.state;
  const isErased = state === undefined && !(await hasRequest(store, job));
  if (state === JobRecord_State.CANCELLED || isErased) {
    await store.erase(objectKeys.result(tenant, jobId));
    await store.erase(objectKeys.artefacts(tenant, jobId));
    return;
  }
  const end = await readEnd(store, job);
  if (end === undefined) return;
  const listed = end.state === JobRecord_State.SUCCEEDED ? end.result.artefacts : [];
  await eraseUnlisted(job, listed, store);
}

/** Erases artefacts of attempts whose result is not the job's. */
export async function eraseUnlisted(
  { tenant, jobId }: StudyRequest,
  artefacts: readonly Artefact[],
  store: ObjectStore,
): Promise<void> {
  const listed = new Set(artefacts.map((artefact) => objectKeys.artefact(tenant, jobId, artefact)));
  for await (const { key } of store.list(objectKeys.artefacts(tenant, jobId)))
    if (!listed.has(key)) await store.erase(key);
}
