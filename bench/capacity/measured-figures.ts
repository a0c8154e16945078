import { median } from '../bench-result.ts';
import type { StudyTimes } from './measure/study-times.ts';
import type { Measured } from './measured.ts';
import type { StagedStudies } from './measure/staged-studies.ts';
import type { StudyWork } from './simulation/work.ts';

/** Threads that decode and preprocess a study of two volumes. */
export const prepareThreads = 2;

/** The studies that clinical load is drawn from: real volumes where they were at hand. */
export function typicalStudies({ clinical, phantom }: Measured): StagedStudies {
  return clinical ?? phantom;
}

/** CPU time of the encoders for a study of so many slices, s: one run for each of two sequences, and the slices. */
export function encodingSeconds(
  slices: number,
  { encoderRun, encoderSlice }: { readonly encoderRun: number; readonly encoderSlice: number },
): number {
  return 2 * encoderRun + slices * encoderSlice;
}

/** The CPU time of a study that is neither decoding nor encoding is that of finishing it. */
export function finishThreadsOf(measured: Measured): number {
  const { alone, cpuSecondsPerStudy } = typicalStudies(measured);
  const { coreSecondsPerRun: encoderRun, coreSecondsPerSlice: encoderSlice } = measured.encoder;
  const of = (value: (times: StudyTimes) => number) => median(alone.map(value));
  const encoding = encodingSeconds(
    of(({ slices }) => slices),
    { encoderRun, encoderSlice },
  );
  const left = cpuSecondsPerStudy - prepareThreads * of(({ prepare }) => prepare) - encoding;
  return Math.max(1, left / of(({ finish }) => finish));
}

/** All that the main thread does for a study, as a share of the time in which it is finished. */
export function mainThreadShareOf(measured: Measured): number {
  const { alone, saturated } = typicalStudies(measured);
  return saturated.mainThreadCpuSecondsPerStudy / median(alone.map(({ finish }) => finish));
}

/** What was measured, as work that the simulation draws. `coreSpeed`: of a core beside those measured. */
export function workOf(alone: readonly StudyTimes[], coreSpeed = 1): StudyWork[] {
  return alone.map(({ fetch, prepare, slices, finish }) => ({
    fetch,
    prepare: prepare / coreSpeed,
    slices,
    finish: finish / coreSpeed,
  }));
}
