import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { debianPackages } from './debian-packages.ts';

export interface PrometheusPrograms {
  /** The server. */
  readonly prometheus: string;
  /** Checks configurations and rules, and runs the unit tests of rules. */
  readonly promtool: string;
}

/** Debian's Prometheus (2.42 in Debian 12, 2.53 in 13), unpacked into `.cache/prometheus` the first time. */
export async function installPrometheus(): Promise<PrometheusPrograms> {
  const { root } = await debianPackages('prometheus', ['prometheus']);
  // In Debian 13 promtool is a package of its own: not brought where the system has it already.
  const promtool = join(root, 'usr/bin/promtool');
  return {
    prometheus: join(root, 'usr/bin/prometheus'),
    promtool: existsSync(promtool) ? promtool : 'promtool',
  };
}
