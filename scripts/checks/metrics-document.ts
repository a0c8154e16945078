import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metricsDocument, metricsDocumentPath } from '../metrics/metrics-document.ts';
import { root } from '../root.ts';
import { type CheckOutcome, outcomeOf } from './outcome.ts';

/** Whether the table of metrics is what the catalogue says. */
export async function checkMetricsDocument(): Promise<CheckOutcome> {
  const written = await readFile(join(root, metricsDocumentPath), 'utf8');
  const isCurrent = written === metricsDocument();
  return outcomeOf(
    isCurrent ? [] : [`${metricsDocumentPath} is not what \`node scripts/generate-metrics.ts\` makes`],
  );
}
