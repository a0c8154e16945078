import { radiomicsFeatureNames } from '@hepastage/imaging';
import type { CohortFeatures } from './cohort-features.ts';

const labels = ['study', 'sequence', 'stage', 'split', 'patient', 'fold'] as const;

/** One line a volume that has features: its labels, then the features, with all digits of a double. */
export function featureTable(volumes: readonly CohortFeatures[]): string {
  const lines = volumes.flatMap(({ row, outcome }) =>
    outcome.ok
      ? [
          [
            ...labels.map((label) => row[label] ?? ''),
            ...radiomicsFeatureNames.map((name) => outcome.features[name]),
          ],
        ]
      : [],
  );
  return [[...labels, ...radiomicsFeatureNames], ...lines]
    .map((line) => `${line.map(cell).join(',')}\n`)
    .join('');
}

/** RFC 4180. */
function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
