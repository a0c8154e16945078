/** What both services share: object store, status store, queue, configuration, logging, metrics. */
export { askedToStop } from './asked-to-stop.ts';
export { unlessAborted } from './unless-aborted.ts';
export { type ArchiveEntry, archiveEntries, type ArchiveLimits } from './archive/archive-entries.ts';
export type { Arrival, Arrivals, StudyName } from './arrivals/arrivals.ts';
export { openArrivals } from './arrivals/redis-arrivals.ts';
export { objectKeys } from './object-keys.ts';
export type {
  ListedObject,
  ObjectSink,
  ObjectStore,
  StoredObject,
  WriteOptions,
} from './object-store/object-store.ts';
export type { Claim, JobFilter, JobPage, StatusStore, VersionedRecord } from './status-store/status-store.ts';
export { lastEndMs, serviceMsAt, type ServiceTime } from './status-store/service-times.ts';
export { parseConfig } from './config.ts';
export { readConfigFile } from './config-file.ts';
export { createLogger, describeError, type Logger } from './logger.ts';
export { counter, type Counter, gauge, type Gauge, histogram, type LabelsOf } from './metrics/instruments.ts';
export { createRegistry, type Registry } from './metrics/registry.ts';
export { openStudyQueue } from './queue/bullmq-study-queue.ts';
export {
  keptEvents,
  noticeQueueName,
  pushQueueName,
  queueName,
  queueNames,
  queuePrefix,
  type StudyJobData,
} from './queue/queue-contract.ts';
export { openQueues } from './queue/open-queues.ts';
export { countedStates } from './queue/queue-counts.ts';
export {
  type ConnectedWorker,
  type QueueEntry,
  QueueInspector,
  type QueueReport,
} from './queue/queue-inspector.ts';
export { type Lock, Locks } from './redis/locks.ts';
export type { QueueOutlook, QueuePlace } from './queue/queue-outlook.ts';
export type { QueueState, StudyQueue } from './queue/study-queue.ts';
export { copiesOf, type Redis } from './redis/connection-copies.ts';
export { answered, connectRedis, unavailable } from './redis/connection.ts';
export type { MemoryUse } from './redis/memory-use.ts';
export { hasStalled, isGivenUp } from './queue/given-up.ts';
export { giveBack, giveBackToFront } from './queue/give-back.ts';
export { nextStudy } from './queue/next-study.ts';
export type { RedisTarget } from './redis/redis-target.ts';
export { imageSettings, sharedSettings, studySettings } from './settings.ts';
export { openStatusStore } from './status-store/redis-status-store.ts';
export { syncDirectory } from './object-store/durable-directory.ts';
export { hasCode } from './object-store/error-code.ts';
export { type ObjectStoreConfig, openObjectStore } from './object-store/open-object-store.ts';
export { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
export { during, markFailed, startSpan, traceFields, traceIdOf, traceparentOf } from './tracing/spans.ts';
export { processingSpan, sendingSpan, type TracedJob } from './tracing/messages.ts';
export { openTracing, untraced } from './tracing/tracing.ts';
