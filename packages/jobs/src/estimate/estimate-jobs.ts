import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import {
  lastEndMs,
  type QueueOutlook,
  type QueuePlace,
  serviceMsAt,
  type StatusStore,
  type StudyQueue,
} from '@hepastage/platform';
import { type JobEstimate, JobEstimateSchema, type JobRecord, JobRecord_State } from '@hepastage/proto';
import { expectedEndMs } from './expected-end.ts';

/** Who knows what is expected. */
export interface EstimateSources {
  readonly queue: Pick<StudyQueue, 'outlook'>;
  readonly status: Pick<StatusStore, 'serviceTimes'>;
}

/** The jobs with what is expected of those that are QUEUED or RUNNING: the queue says where they stand, the workers how long studies take (ADR 0020). Throws QUEUE_UNAVAILABLE. */
export async function estimateJobs(
  records: readonly JobRecord[],
  { queue, status }: EstimateSources,
  nowMs: number,
): Promise<JobRecord[]> {
  const queued = records.filter(({ state }) => state === JobRecord_State.QUEUED).map(({ jobId }) => jobId);
  if (queued.length === 0 && !records.some(isRunning)) return [...records];
  const [outlook, times] = await Promise.all([queue.outlook(queued), status.serviceTimes()]);
  const measured = {
    serviceMs: serviceMsAt(times, outlook.inHand),
    lastEndMs: lastEndMs(times),
  };
  return records.map((record) => {
    const estimate = estimateOf(record, outlook, measured, nowMs);
    return estimate === undefined ? record : { ...record, estimate };
  });
}

/** What the workers have measured; `serviceMs` undefined: nothing. */
interface Measured {
  readonly serviceMs: number | undefined;
  readonly lastEndMs: number;
}

function estimateOf(
  record: JobRecord,
  outlook: QueueOutlook,
  measured: Measured,
  nowMs: number,
): JobEstimate | undefined {
  const place = isRunning(record) ? inHand : outlook.places.get(record.jobId);
  // Between two states: the queue has handed it out, and the record does not say so yet.
  if (place === undefined) return undefined;
  const { ahead } = place;
  const endMs = endOf(record, place, outlook, measured, nowMs);
  return create(JobEstimateSchema, {
    ahead,
    ...(endMs !== undefined && { finishesAt: timestampFromMs(Math.ceil(endMs)) }),
  });
}

function endOf(
  record: JobRecord,
  place: QueuePlace,
  outlook: QueueOutlook,
  measured: Measured,
  nowMs: number,
): number | undefined {
  const { createdAt, startedAt } = record;
  const { serviceMs } = measured;
  const stands = outlook.isPaused && !isRunning(record);
  if (serviceMs === undefined || stands) return undefined;
  return expectedEndMs(
    {
      ...place,
      serviceMs,
      lastEndMs: measured.lastEndMs,
      inHand: outlook.inHand,
      begunMs: startedAt && timestampMs(startedAt),
      queuedMs: createdAt === undefined ? 0 : timestampMs(createdAt),
    },
    nowMs,
  );
}

const inHand: QueuePlace = { ahead: 0 };

function isRunning({ state }: JobRecord): boolean {
  return state === JobRecord_State.RUNNING;
}
