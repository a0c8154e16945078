import { collectDefaultMetrics, Registry } from 'prom-client';
import manifest from '../../package.json' with { type: 'json' };
import { gauge } from './instruments.ts';

export type { Registry } from 'prom-client';

/** A registry of its own per service instance (never the global one, so that tests may start several), with Node's process metrics. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  // All packages of this software have one version.
  gauge(registry, 'hepastage_build_info').set({ version: manifest.version, node: process.version }, 1);
  return registry;
}
