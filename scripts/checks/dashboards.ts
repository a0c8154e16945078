import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dashboardFiles } from '../../infra/observability/grafana/src/dashboards.ts';
import { root } from '../root.ts';
import { type CheckOutcome, outcomeOf } from './outcome.ts';

/** Where Grafana's provisioning finds them. */
export const dashboardsFolder = 'infra/observability/grafana/dashboards';

/** Whether the dashboards are what their definitions say. */
export async function checkDashboards(): Promise<CheckOutcome> {
  const made = dashboardFiles();
  const names = new Set([...made.keys(), ...(await readdir(join(root, dashboardsFolder)))]);
  const problems: string[] = [];
  for (const name of [...names].sort()) {
    const path = join(dashboardsFolder, name);
    const written = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (written !== made.get(name))
      problems.push(`${path} is not what \`node scripts/generate-dashboards.ts\` makes`);
  }
  return outcomeOf(problems);
}
