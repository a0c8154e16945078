import type { QueueEntry, QueueReport, ServiceTime } from '@hepastage/platform';
import { textTable } from '../inspect/text-table.ts';
import type { QueueOverview } from './queue-overview.ts';

/** An overview for people. */
export function overviewLines(overview: QueueOverview, now = new Date()): string[] {
  const { queues, oldest, inHand, delayed, serviceTimes, drainedAt, redis } = overview;
  const [studies] = queues;
  const oldestAt = Math.min(...oldest.map(({ at }) => at.getTime()));
  return [
    ...queueTable(queues),
    '',
    `longest wait: ${oldest.length === 0 ? 'nothing waits' : span(now.getTime() - oldestAt)}`,
    `a study takes: ${serviceText(serviceTimes)}`,
    `all that waits is done: ${drainedAt === undefined ? 'not known' : `in some ${span(drainedAt.getTime() - now.getTime())}`}`,
    `workers connected: ${workersText(studies?.workers)}`,
    `redis: ${mebibytes(redis.used)} of ${redis.max === undefined ? 'all there is' : mebibytes(redis.max)}`,
    ...section(`in hand (${studies?.active ?? 0})`, inHand, ['since', 'begun'], (entry) => [
      entry.takenAt === undefined ? '-' : span(now.getTime() - entry.takenAt.getTime()),
      String(entry.begun),
    ]),
    ...section(
      `put off (${studies?.delayed ?? 0})`,
      delayed,
      ['due in', 'begun', 'charged', 'last failure'],
      ({ place, begun, charged, reason }) => [
        span((place?.dueMs ?? 0) - now.getTime()),
        String(begun),
        String(charged),
        reason || 'given back by its worker',
      ],
    ),
  ];
}

function queueTable(queues: readonly QueueReport[]): string[] {
  const header = ['queue', 'waiting', 'of them STAT', 'in hand', 'put off', 'failed', ''];
  const rows = queues.map(({ name, waiting, prioritized, active, delayed, failed, isPaused }, n) => [
    name,
    waiting + prioritized,
    // Only studies have lanes.
    n === 0 ? waiting : '-',
    active,
    delayed,
    failed,
    isPaused ? 'PAUSED' : '',
  ]);
  return textTable([header, ...rows.map((row) => row.map(String))]);
}

function section(
  title: string,
  entries: readonly QueueEntry[],
  columns: readonly string[],
  cells: (entry: QueueEntry) => readonly string[],
): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map((entry) => [entry.jobId, entry.tenant, ...cells(entry)]);
  return ['', title, ...textTable([['job', 'tenant', ...columns], ...rows])];
}

function serviceText(times: readonly ServiceTime[]): string {
  if (times.length === 0) return 'not measured within a day';
  return times
    .map(({ inHand, meanMs, attempts }) => `${span(meanMs)} with ${inHand} in hand (of ${attempts})`)
    .join(', ');
}

function workersText(workers: QueueReport['workers']): string {
  if (workers === undefined) return 'Redis does not tell this user';
  if (workers.length === 0) return 'none';
  return workers.map(({ address, seconds }) => `${address} for ${span(seconds * 1_000)}`).join(', ');
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** `950 ms`, `12 s`, `3 min`, `5.5 h`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
