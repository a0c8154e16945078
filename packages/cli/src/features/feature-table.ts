import { radiomicsFeatureNames } from '@hepastage/imaging';
import { csvLine } from '../csv-line.ts';
import type { CohortFeatures } from './cohort-features.ts';

const labels = ['study', 'sequence', 'stage', 'split', 'patient', 'fold'] as const;

export const featuresHeader = csvLine([...labels, ...radiomicsFeatureNames]);

/** A volume's labels, then its features with all digits of a double; empty for a volume that has none. */
export function featuresLine({ row, outcome }: CohortFeatures): string {
  if (!outcome.ok) return '';
  const features = radiomicsFeatureNames.map((name) => outcome.features[name]);
  return csvLine([...labels.map((label) => row[label]), ...features]);
}
