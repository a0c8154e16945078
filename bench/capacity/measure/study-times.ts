import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { JobRecord, StagingResult } from '@hepastage/proto';

/** Where the time of one study goes in a worker, s. */
export interface StudyTimes {
  /** From the first byte of the upload, which is when its record says that it was made, to the claim. */
  readonly pickUp: number;
  /** Choose and read the inputs: waits for the object store. */
  readonly fetch: number;
  /** Decode and preprocess: a thread for each volume. */
  readonly prepare: number;
  /** Slices through the encoders. */
  readonly encode: number;
  readonly slices: number;
  /** Stage, explain, report and persist, and say so. */
  readonly finish: number;
}

export function studyTimesOf(record: JobRecord, result: StagingResult): StudyTimes {
  const { createdAt, startedAt, finishedAt } = record;
  if (createdAt === undefined || startedAt === undefined || finishedAt === undefined)
    throw new Error('a study that has succeeded has no times');
  const seconds = (...names: string[]) =>
    (result.execution?.timings ?? [])
      .filter(({ step }) => names.includes(step))
      .reduce((sum, timing) => sum + timing.seconds, 0);
  const attempt = (timestampMs(finishedAt) - timestampMs(startedAt)) / 1_000;
  const [fetch, prepare, encode] = [
    seconds('SELECT', 'FETCH'),
    seconds('DECODE', 'PREPROCESS', 'FEATURES'),
    seconds('ENCODE'),
  ];
  return {
    pickUp: (timestampMs(startedAt) - timestampMs(createdAt)) / 1_000,
    fetch,
    prepare,
    encode,
    slices: result.perSequence.reduce((sum, { slices }) => sum + slices.length, 0),
    finish: Math.max(0, attempt - fetch - prepare - encode),
  };
}
