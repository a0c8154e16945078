import { readResult } from '@hepastage/jobs';
import { objectKeys, type ObjectStore, type TracedJob } from '@hepastage/platform';
import { type PushOutcome, stowPush, type StowTarget } from '@hepastage/reports';

/** A job whose DICOM objects go to the PACS. */
export interface PushedJob extends TracedJob {
  readonly tenant: string;
}

export interface PushParts {
  readonly store: ObjectStore;
  readonly target: StowTarget;
  /** Longest that one try may take, s. */
  readonly secondsMax: number;
}

/** Tries within one push: what a PACS that restarts, or is busy for a moment, needs. Longer troubles are the queue's. */
const quickRetries = 2;
const dicom = 'application/dicom';

/** Sends the DICOM objects of a result to the PACS, in one request. Undefined where the job was erased: there is nothing to send. Throws STORE_UNAVAILABLE, or the signal's reason. */
export async function pushStudy(
  job: PushedJob,
  { store, target, secondsMax }: PushParts,
  signal: AbortSignal,
): Promise<PushOutcome | undefined> {
  const result = await readResult(store, job, signal);
  if (result === undefined) return undefined;
  const objects = await Promise.all(
    result.artefacts
      .filter(({ mediaType }) => mediaType === dicom)
      .map(async (artefact) =>
        store.readBytes(objectKeys.artefact(job.tenant, job.jobId, artefact), artefact.bytes, signal),
      ),
  );
  const present = objects.filter((object) => object !== undefined);
  // Erased while it was read. Half an answer is none.
  if (present.length < objects.length || present.length === 0) return undefined;
  return stowPush(present, {
    ...target,
    fetch: globalThis.fetch,
    retries: quickRetries,
    timeoutMs: secondsMax * 1_000,
    signal,
  });
}
