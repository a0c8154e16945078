import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { PipelineContext } from '@hepastage/staging';
import { systemReason } from '../system-reason.ts';
import type { CohortStudy } from './cohort-studies.ts';
import { type EvaluatedStudy, evaluateStudy, type RefusedVolume } from './evaluate-study.ts';
import { predictionLine, predictionsHeader } from './predictions-table.ts';

export interface EvaluateOptions extends Pick<PipelineContext, 'model' | 'imaging' | 'limits'> {
  /** File of the predictions. It is complete or absent. */
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
  readonly refused: readonly RefusedVolume[];
}

/** Stages every study and writes the predictions in the order of `studies`. Without a prediction there is no file. Throws INVALID_REQUEST where it can't be written. */
export async function evaluateCohort(
  studies: readonly CohortStudy[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { model, out, jobs, onStudy } = options;
  const partial = `${out}.partial`;
  const evaluated = new Set<string>();
  const refused: RefusedVolume[] = [];
  let rows = 0;
  try {
    await using file = await openTable(partial);
    await file.write(predictionsHeader(model.manifest.stages));
    const evaluations: AsyncIterable<Evaluated> = Readable.from(studies).map(
      async (study: CohortStudy, { signal } = {}) => ({
        study,
        ...(await evaluateStudy(study, { ...options, ...(signal && { signal }) })),
      }),
      { concurrency: jobs },
    );
    for await (const { study, predictions, refused: some } of evaluations) {
      await file.write(predictions.map((prediction) => predictionLine(study, prediction)).join(''));
      if (predictions.length > 0) evaluated.add(study.study);
      rows += predictions.length;
      refused.push(...some);
      onStudy();
    }
    if (rows > 0) await rename(partial, out);
  } finally {
    await rm(partial, { force: true });
  }
  return { studies: evaluated.size, rows, refused };
}

type Evaluated = EvaluatedStudy & { readonly study: CohortStudy };

async function openTable(path: string): Promise<FileHandle> {
  return open(path, 'w').catch((error: unknown) => {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the predictions can’t be written',
      where: path,
      received: systemReason(error),
      action: 'give a file in a folder that you may write to',
    });
  });
}
