import type { Metrics } from './metric.ts';

/** What both services keep. */
export const serviceMetrics = {
  hepastage_build_info: {
    kind: 'gauge',
    help: 'The software that runs: always 1',
    unit: 'info',
    services: ['api', 'worker'],
    labels: { version: { open: 'of hepastage' }, node: { open: 'version of Node.js' } },
  },
  hepastage_ready: {
    kind: 'gauge',
    help: 'Whether /readyz says yes',
    unit: 'flag',
    services: ['api', 'worker'],
  },
} as const satisfies Metrics;
