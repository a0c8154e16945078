/**
 * usage: node scripts/generate-prometheus-rules.ts
 *
 * Makes the objects of the Prometheus operator out of the rules in infra/observability. Needed after a change of those; `npm run check` notices if it was forgotten.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prometheusRules, prometheusRulesFile } from './kubernetes/prometheus-rules.ts';
import { root } from './root.ts';

await writeFile(join(root, prometheusRulesFile), await prometheusRules());
