import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dashboardFiles } from '../../infra/observability/grafana/src/dashboards.ts';
import { root } from '../root.ts';
import { differences } from './differences.ts';
import { type CheckOutcome, outcomeOf } from './outcome.ts';

/** Where Grafana's provisioning finds them. */
export const dashboardsFolder = 'infra/observability/grafana/dashboards';

/** Whether the dashboards are what their definitions say. */
export async function checkDashboards(): Promise<CheckOutcome> {
  const folder = join(root, dashboardsFolder);
  const names = await readdir(folder);
  const written = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
  return outcomeOf(
    differences(dashboardFiles(), written).map(
      (name) => `${join(dashboardsFolder, name)} is not what \`node scripts/generate-dashboards.ts\` makes`,
    ),
  );
}
