import { dashboardJson } from './dashboard.ts';
import { modelAndDataDrift } from './model-and-data-drift.ts';
import { serviceForHospitals } from './service-for-hospitals.ts';
import { workersAndGpu } from './workers-and-gpu.ts';

/** The dashboards of hepastage as files: their names in `infra/observability/grafana/dashboards`, and what is in them. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  const files = {
    'service-for-hospitals.json': serviceForHospitals,
    'workers-and-gpu.json': workersAndGpu,
    'model-and-data-drift.json': modelAndDataDrift,
  };
  return new Map(
    Object.entries(files).map(([name, dashboard]) => [
      name,
      `${JSON.stringify(dashboardJson(dashboard), undefined, 2)}\n`,
    ]),
  );
}
