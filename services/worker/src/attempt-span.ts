import {
  markFailed,
  processingSpan,
  queueName,
  type Span,
  startSpan,
  traceparentOf,
  type Tracer,
} from '@hepastage/platform';
import {
  enumName,
  type HepastageError,
  type Progress_Step,
  Progress_StepSchema,
  type StudyRequest,
} from '@hepastage/proto';
import { secondsSinceAcceptance } from './record-outcome.ts';
import type { AttemptWatch, Outcome } from './run-study.ts';

/** Steps by their names of the contract, each with when it began, ms since 1970. */
type Begun = Map<string, number>;

/** The span of one attempt at a study, below the one in which the study was accepted, and below it the steps. */
export class AttemptSpan implements AttemptWatch {
  /** The study, with what is done for it from now on below the attempt. */
  readonly request: StudyRequest;
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #begun: Begun = new Map();

  constructor(request: StudyRequest, tracer: Tracer) {
    this.#tracer = tracer;
    this.#span = processingSpan(tracer, queueName, request);
    this.request = { ...request, traceparent: traceparentOf(this.#span) };
  }

  /** A first attempt has waited since the study was accepted. */
  claimed(attempt: number): void {
    this.#span.setAttribute('hepastage.attempt', attempt);
    const seconds = attempt > 1 ? undefined : secondsSinceAcceptance(this.request);
    if (seconds !== undefined) this.#span.setAttribute('hepastage.queue_wait_seconds', seconds);
  }

  stepBegins(step: Progress_Step): void {
    this.#begun.set(enumName(Progress_StepSchema, step), Date.now());
  }

  end(outcome: Outcome): void {
    this.#span.setAttribute('hepastage.outcome', outcome.kind);
    if (outcome.kind === 'succeeded') this.#addTimed(outcome.timings);
    else this.#addBegun('error' in outcome ? outcome.error : undefined);
    this.#end('error' in outcome ? outcome.error : undefined);
  }

  /** How it ended could not be kept: it will be tried again. */
  endUnrecorded(error: unknown): void {
    this.#span.setAttribute('hepastage.outcome', 'unrecorded');
    this.#end(error);
  }

  #end(error: unknown): void {
    if (error !== undefined) markFailed(this.#span, error);
    this.#span.end();
  }

  /** Every step as it was measured. One that ran within another's task has begun where that ended. */
  #addTimed(timings: readonly { readonly step: string; readonly seconds: number }[]): void {
    let previousEnd: number | undefined;
    for (const { step, seconds } of timings) {
      const begun = this.#begun.get(step) ?? previousEnd;
      if (begun === undefined) continue;
      previousEnd = begun + seconds * 1_000;
      this.#addStep(step, begun, previousEnd);
    }
  }

  /** Each step until the next; what ended the attempt, ended the last. */
  #addBegun(error: HepastageError | undefined): void {
    const steps = [...this.#begun];
    for (const [index, [step, begun]] of steps.entries()) {
      const next = steps[index + 1]?.[1];
      this.#addStep(step, begun, next ?? Date.now(), next === undefined ? error : undefined);
    }
  }

  #addStep(step: string, startTime: number, end: number, error?: HepastageError): void {
    const span = startSpan(this.#tracer, step.toLowerCase(), { below: this.#span, startTime });
    if (error !== undefined) markFailed(span, error);
    span.end(end);
  }
}
