import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPrometheus } from './install-prometheus.ts';
import { startLocalProgram } from './local-program.ts';
import { type RunningServer, runningServer } from './running-server.ts';

/** A series and its value as of now. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A rule as Prometheus reports it. */
export interface RunningRule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  /** Of alerts. */
  readonly state?: 'firing' | 'pending' | 'inactive';
}

export interface PrometheusServer extends RunningServer {
  /** Evaluates an expression as of now. Throws what Prometheus says against it. */
  query(expr: string): Promise<readonly Sample[]>;
  /** Names of all metrics that it has seen. */
  metricNames(): Promise<readonly string[]>;
  rules(): Promise<readonly RunningRule[]>;
}

interface PrometheusOptions {
  /** `host:port` of what is scraped, by job. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  /** Texts of rule files, by file name. */
  readonly rules: ReadonlyMap<string, string>;
}

/** A real Prometheus on a free loopback port. It scrapes, and evaluates its rules, every second. */
export async function startPrometheus({ targets, rules }: PrometheusOptions): Promise<PrometheusServer> {
  const { prometheus } = await installPrometheus();
  const { pid, ports, stop } = await startLocalProgram({
    name: 'prometheus',
    command: prometheus,
    portCount: 1,
    arguments: async (directory, [port]) => {
      for (const [name, text] of rules) await writeFile(join(directory, name), text);
      await writeFile(join(directory, 'prometheus.yml'), configOf(targets, [...rules.keys()]));
      return [
        '--config.file=prometheus.yml',
        '--storage.tsdb.path=data',
        `--web.listen-address=127.0.0.1:${port}`,
      ];
    },
    readyLine: /Server is ready to receive web requests/,
  });
  const url = `http://127.0.0.1:${ports[0]}`;
  return runningServer({
    url,
    pid,
    stop,
    query: async (expr: string) => {
      const { result, resultType } = await ask<QueryAnswer>(url, 'query', { query: expr });
      if (resultType !== 'vector') throw new Error(`${expr} is no vector but ${resultType}`);
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    metricNames: async () => ask<string[]>(url, 'label/__name__/values'),
    rules: async () => (await ask<RulesAnswer>(url, 'rules')).groups.flatMap((group) => group.rules),
  });
}

interface QueryAnswer {
  readonly resultType: string;
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: readonly [number, string];
  }[];
}

interface RulesAnswer {
  readonly groups: readonly { readonly rules: readonly RunningRule[] }[];
}

/** JSON is YAML. */
function configOf(targets: PrometheusOptions['targets'], rules: readonly string[]): string {
  return JSON.stringify({
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: rules,
    scrape_configs: Object.entries(targets).map(([job, addresses]) => ({
      job_name: job,
      static_configs: [{ targets: addresses }],
    })),
  });
}

async function ask<T>(url: string, path: string, parameters: Record<string, string> = {}): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
  const answer = (await response.json()) as { status: string; data: T; error?: string };
  if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
  return answer.data;
}
