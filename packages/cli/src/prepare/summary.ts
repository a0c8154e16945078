import type { DatasetReport } from '../dataset/dataset-report.ts';
import { datasetText } from '../dataset/dataset-text.ts';
import { refusalLines } from '../refusal.ts';
import type { CohortRow } from './cohort.ts';
import type { CohortIndex } from './prepare-cohort.ts';

/** What a run of `prepare` has to say. */
export interface Summary {
  readonly rows: readonly CohortRow[];
  /** Of a dataset: what it holds. */
  readonly dataset?: DatasetReport;
  /** Undefined after a dry run. */
  readonly index: CohortIndex | undefined;
}

export function summaryJson({ rows, dataset, index }: Summary): string {
  return JSON.stringify({
    ...(dataset && { dataset }),
    ...(index === undefined
      ? { volumes: rows.length }
      : { prepared: index.items.length, refused: index.refused }),
  });
}

export function summaryText({ rows, dataset, index }: Summary, out: string): string {
  const sections = dataset === undefined ? [] : [datasetText(dataset), ''];
  if (index === undefined) return [...sections, `${rows.length} volumes to prepare`].join('\n');
  const { items, refused } = index;
  const last = `${items.length} volumes prepared in ${out}, ${refused.length} refused`;
  return [...sections, ...refusalLines(refused), last].join('\n');
}
