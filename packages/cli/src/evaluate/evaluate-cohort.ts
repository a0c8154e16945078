import { Readable } from 'node:stream';
import type { PipelineContext } from '@hepastage/staging';
import type { Refusal } from '../refusal.ts';
import { writeTable } from '../write-table.ts';
import type { CohortStudy } from './cohort-studies.ts';
import { type EvaluatedStudy, evaluateStudy } from './evaluate-study.ts';
import { predictionLine, predictionsHeader } from './predictions-table.ts';

export interface EvaluateOptions extends Pick<PipelineContext, 'model' | 'imaging' | 'limits'> {
  /** File of the predictions. */
  readonly out: string;
  /** Studies on their way at once: what bounds the memory. */
  readonly jobs: number;
  /** Called after each study, in their order. */
  readonly onStudy: () => void;
}

export interface Evaluation {
  /** Studies with a prediction; one that is prepared in two ways counts once. */
  readonly studies: number;
  readonly rows: number;
  readonly refused: readonly Refusal[];
}

/** Stages every study and writes the predictions in the order of `studies`, as `writeTable` does. */
export async function evaluateCohort(
  studies: readonly CohortStudy[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  const evaluated = new Set<string>();
  const refused: Refusal[] = [];
  let rows = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const { study, predictions, refused: some } of evaluations(studies, options)) {
      yield predictions.map((prediction) => predictionLine(study, prediction)).join('');
      if (predictions.length > 0) evaluated.add(study.study);
      rows += predictions.length;
      refused.push(...some);
      options.onStudy();
    }
  }
  await writeTable(options.out, predictionsHeader(options.model.manifest.stages), lines());
  return { studies: evaluated.size, rows, refused };
}

type Evaluated = EvaluatedStudy & { readonly study: CohortStudy };

/** In the order of `studies`. */
function evaluations(studies: readonly CohortStudy[], options: EvaluateOptions): AsyncIterable<Evaluated> {
  return Readable.from(studies).map(
    async (study: CohortStudy, { signal } = {}) => ({
      study,
      ...(await evaluateStudy(study, { ...options, ...(signal && { signal }) })),
    }),
    { concurrency: options.jobs },
  );
}
