import type { StudyCost } from '../model/study-cost.ts';
import { figure, table } from './markdown.ts';

/** What one study costs. */
export function studyTable(study: StudyCost): string {
  return table(
    ['of one study', ''],
    [
      ['CPU time of the API', milliseconds(study.apiCoreSeconds)],
      ['CPU time of the worker', milliseconds(study.workerCoreSeconds)],
      ['of that, its main thread', milliseconds(study.workerMainSeconds)],
      ['time in a worker that has nothing else', milliseconds(study.workerLatency)],
      ['Redis: commands, those in scripts included', figure(study.redisCommands)],
      ['Redis: CPU time of its one thread', milliseconds(study.redisCpuSeconds)],
      ['Redis: memory while it waits', kilobytes(study.redisBytesWaiting)],
      ['Redis: memory as long as it is kept', kilobytes(study.redisBytesKept)],
      ['S3: requests that write or list', figure(study.s3Writes)],
      ['S3: requests that read', figure(study.s3Reads)],
      ['S3: bytes kept', kilobytes(study.storedBytes)],
      ['S3: objects kept', figure(study.objects)],
      ['uploaded', kilobytes(study.uploadBytes)],
      ['read by its client', kilobytes(study.resultBytes)],
    ],
    [1],
  );
}

function milliseconds(seconds: number): string {
  return `${figure(1_000 * seconds)} ms`;
}

function kilobytes(bytes: number): string {
  return `${figure(bytes / 1_000)} kB`;
}
