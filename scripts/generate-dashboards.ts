/**
 * usage: node scripts/generate-dashboards.ts
 *
 * Writes the dashboards of Grafana anew, from infra/observability/grafana/src. `npm run check` notices if it was forgotten.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dashboardFiles } from '../infra/observability/grafana/src/dashboards.ts';
import { dashboardsFolder } from './checks/dashboards.ts';
import { root } from './root.ts';

await mkdir(join(root, dashboardsFolder), { recursive: true });
for (const [name, text] of dashboardFiles()) await writeFile(join(root, dashboardsFolder, name), text);
