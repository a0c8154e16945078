/**
 * usage: node scripts/generate-metrics.ts
 *
 * Writes docs/metrics.md anew, from the catalogue of metrics.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metricsDocument, metricsDocumentPath } from './metrics/metrics-document.ts';
import { root } from './root.ts';

await writeFile(join(root, metricsDocumentPath), metricsDocument());
