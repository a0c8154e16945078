/** The life of a job across object store, status store and queue: what is promised of it, and how it is kept when something breaks. */
export { closeArrival, closeArrivalAsSaid } from './arrival/close-arrival.ts';
export { readSaid, type Said, writeSaid } from './arrival/said.ts';
export { defaultMetadata } from './commit/default-metadata.ts';
export { writeDicomIndex } from './commit/dicom-index.ts';
export { hasRequest } from './commit/has-request.ts';
export { outcomeOf, readResult } from './commit/read-result.ts';
export { readRequest } from './commit/read-request.ts';
export { writeRequest } from './commit/write-request.ts';
export { type Eraser, type ErasingDeps, eraseJob } from './erase/erase-job.ts';
export { jobErrorOf } from './failure/job-error.ts';
export { recordFailure } from './failure/record-failure.ts';
export type { JobName, JobStores } from './job-stores.ts';
export {
  contentName,
  eraseMarkers,
  idempotencyName,
  type MarkerName,
  readMarker,
  writeMarker,
} from './markers/markers.ts';
export { reconcile, type ReconcileReport } from './reconcile/reconcile.ts';
export { reconcileSettings, reconcileTimesOf } from './reconcile/reconcile-settings.ts';
export { type ReconcileDeps, reconcileJob } from './reconcile/reconcile-job.ts';
export { retentionMsOf } from './reconcile/retention.ts';
export { Sweeper } from './reconcile/sweeper.ts';
export { hasReplay, replayJob, replayOf, type ReplayDeps } from './replay/replay-job.ts';
