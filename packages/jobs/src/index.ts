/** The life of a job across object store, status store and queue: what is promised of it, and how it is kept when something breaks. */
export { closeArrival, closeArrivalAsSaid } from './arrival/close-arrival.ts';
export { hasArrived } from './arrival/arrived.ts';
export { ByteGate } from './arrival/byte-gate.ts';
export { isLost, lost } from './arrival/is-lost.ts';
export { readSaid, type Said, writeSaid } from './arrival/said.ts';
export { defaultMetadata } from './commit/default-metadata.ts';
export { framesMax, indexBytesOf, writeDicomIndex } from './commit/dicom-index.ts';
export { hasRequest } from './commit/has-request.ts';
export { readResult } from './commit/read-result.ts';
export { readRequest } from './commit/read-request.ts';
export { ruleOutRequest } from './commit/rule-out-request.ts';
export { createRequest, writeRequest } from './commit/write-request.ts';
export { type ErasingDeps, eraseJob } from './erase/erase-job.ts';
export { announceEnd } from './end/announce-end.ts';
export { readEnd } from './end/job-end.ts';
export { estimateJobs } from './estimate/estimate-jobs.ts';
export { expectedEndMs } from './estimate/expected-end.ts';
export { jobErrorOf } from './failure/job-error.ts';
export { recordFailure } from './failure/record-failure.ts';
export type { JobName, JobStores } from './job-stores.ts';
export { eraseMarkers, noteName } from './markers/late-names.ts';
export {
  contentName,
  eraseMarker,
  idempotencyName,
  type MarkerName,
  readMarker,
  readMarkers,
  ruleOutRivals,
  writeMarker,
} from './markers/markers.ts';
export { isToBeErased } from './reconcile/erasures.ts';
export { reconcile, type ReconcileReport } from './reconcile/reconcile.ts';
export { reconcileSettings, reconcileTimesOf } from './reconcile/reconcile-settings.ts';
export { type ReconcileDeps, reconcileJob } from './reconcile/reconcile-job.ts';
export { retentionMsOf } from './reconcile/retention.ts';
export { Sweeper } from './reconcile/sweeper.ts';
export { hasReplay, replayJob, replayOf, type ReplayDeps } from './replay/replay-job.ts';
