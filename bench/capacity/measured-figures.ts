import { median } from '../bench-result.ts';
import type { StudyTimes } from './measure/study-times.ts';
import type { Measured } from './measured.ts';
import type { StagedStudies } from './measure/staged-studies.ts';
import type { StudyWork } from './simulation/work.ts';

/** Threads that decode and preprocess a study of two volumes. */
const prepareThreads = 2;

/** The studies that clinical load is drawn from: real volumes where they were at hand. */
export function typicalStudies({ clinical, phantom }: Measured): StagedStudies {
  return clinical ?? phantom;
}

export function medianOf(values: readonly number[]): number {
  return median(values);
}

/** The CPU time of a study that is neither decoding nor encoding is that of finishing it. */
export function finishThreadsOf(measured: Measured): number {
  const { alone, cpuSecondsPerStudy } = typicalStudies(measured);
  const { coreSecondsPerRun, coreSecondsPerSlice } = measured.encoder;
  const of = (value: (times: StudyTimes) => number) => median(alone.map(value));
  // One run for each of two sequences.
  const encoding = 2 * coreSecondsPerRun + of(({ slices }) => slices) * coreSecondsPerSlice;
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
