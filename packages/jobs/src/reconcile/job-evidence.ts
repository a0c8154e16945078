import { objectKeys, type ListedObject, type ObjectStore } from '@hepastage/platform';
import type { JobName } from '../job-stores.ts';

/** What lies in the object store of one job. */
export interface JobEvidence extends JobName {
  readonly hasRequest: boolean;
  /** When its end was written (`readEnd`); undefined: it has not ended. What is written later, a name that it is given, changes nothing of that. */
  readonly endedAt: Date | undefined;
  /** Keys of what requests brought of a study that arrives in several. */
  readonly arrivals: readonly string[];
  readonly objects: number;
  readonly newest: Date;
}

/** Of one job; undefined where nothing lies there. */
export async function evidenceOf(job: JobName, store: ObjectStore): Promise<JobEvidence | undefined> {
  const folder = objectKeys.job(job.tenant, job.jobId);
  let gathered: Gathering | undefined;
  for await (const object of store.list(folder)) gathered = gather(job, object, gathered);
  return gathered;
}

/** Of every job of a tenant, one after the other: a listing is in the order of keys, so that no more than one job is held at a time. */
export async function* evidenceOfTenant(tenant: string, store: ObjectStore): AsyncGenerator<JobEvidence> {
  const folder = objectKeys.jobs(tenant);
  let gathered: Gathering | undefined;
  for await (const object of store.list(folder)) {
    const jobId = object.key.slice(folder.length).split('/', 1)[0]!;
    if (gathered !== undefined && gathered.jobId !== jobId) {
      yield gathered;
      gathered = undefined;
    }
    gathered = gather({ tenant, jobId }, object, gathered);
  }
  if (gathered !== undefined) yield gathered;
}

/** Evidence while it is being gathered. */
interface Gathering extends JobEvidence {
  hasRequest: boolean;
  endedAt: Date | undefined;
  arrivals: string[];
  objects: number;
  newest: Date;
}

function gather({ tenant, jobId }: JobName, { key, bytes, modifiedAt }: ListedObject, gathered?: Gathering) {
  const evidence: Gathering = gathered ?? {
    tenant,
    jobId,
    hasRequest: false,
    endedAt: undefined,
    arrivals: [],
    objects: 0,
    newest: modifiedAt,
  };
  const name = key.slice(objectKeys.job(tenant, jobId).length);
  evidence.objects += 1;
  if (modifiedAt > evidence.newest) evidence.newest = modifiedAt;
  if (name === 'request.json') evidence.hasRequest = bytes > 0;
  else if (name === 'result.json') evidence.endedAt = modifiedAt;
  else if (name.startsWith('input/arrival-')) evidence.arrivals.push(key);
  return evidence;
}
