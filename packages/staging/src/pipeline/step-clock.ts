import { create } from '@bufbuild/protobuf';
import {
  enumName,
  type Progress,
  Progress_Step,
  Progress_StepSchema,
  ProgressSchema,
  type StepTiming,
  StepTimingSchema,
} from '@hepastage/proto';
import type { PipelineContext } from './pipeline-context.ts';

/** Announces each step, times it, and ends the study between steps once its signal aborts. */
export class StepClock {
  readonly timings: StepTiming[] = [];
  readonly #context: Pick<PipelineContext, 'signal' | 'onStep'>;

  constructor(context: Pick<PipelineContext, 'signal' | 'onStep'>) {
    this.#context = context;
  }

  async time<T>(step: Progress_Step, work: () => Promise<T>): Promise<T> {
    this.#context.signal?.throwIfAborted();
    await this.#context.onStep?.(progressAt(step));
    const begun = performance.now();
    const value = await work();
    this.#record(step, (performance.now() - begun) / 1_000);
    return value;
  }

  /** Says that `seconds` of the step `whole` were another one: the two ran as one task. */
  splitOff(whole: Progress_Step, step: Progress_Step, seconds: number): void {
    const name = enumName(Progress_StepSchema, whole);
    const timing = this.timings.find((one) => one.step === name);
    if (timing !== undefined) timing.seconds = Math.max(0, timing.seconds - seconds);
    this.#record(step, seconds);
  }

  #record(step: Progress_Step, seconds: number): void {
    this.timings.push(create(StepTimingSchema, { step: enumName(Progress_StepSchema, step), seconds }));
  }
}

/** The steps in the order in which they come; a study of NIfTI files has nothing to select. */
const order: readonly Progress_Step[] = [
  Progress_Step.SELECT,
  Progress_Step.FETCH,
  Progress_Step.DECODE,
  Progress_Step.PREPROCESS,
  Progress_Step.ENCODE,
  Progress_Step.STAGE,
  Progress_Step.EXPLAIN,
  Progress_Step.PERSIST,
];

/** A study that begins a step has the steps before it behind it. */
function progressAt(step: Progress_Step): Progress {
  return create(ProgressSchema, { step, fraction: order.indexOf(step) / order.length });
}
