import type { ObjectStore } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { JobName } from '../job-stores.ts';
import { isToBeErased } from '../reconcile/erasures.ts';
import { hasArrived } from './arrived.ts';

/**
 * Whether a job that Redis does not know, or knows but lately, was lost with it, and not erased: what requests brought of it is promised to their senders
 * and lies in the store, and nobody is erasing it.
 */
export async function isLost(job: JobName, store: ObjectStore): Promise<boolean> {
  // In this order: an erasure that ends between the two has left nothing to be found.
  return !(await isToBeErased(job, store)) && (await hasArrived(job, store));
}

export function lost(): HepastageError {
  return new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, {
    what: 'what was known of the study got lost while it arrived',
    action: 'send it again',
  });
}
