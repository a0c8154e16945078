import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

export const root = join(import.meta.dirname, '../..');
export const prometheusFolder = join(root, 'infra/observability/prometheus');
export const grafanaFolder = join(root, 'infra/observability/grafana');

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** Texts of the rule files, by name. */
export function ruleFiles(): ReadonlyMap<string, string> {
  return new Map(
    globSync('rules/*.yml', { cwd: prometheusFolder })
      .toSorted()
      .map((path) => [basename(path), readFileSync(join(prometheusFolder, path), 'utf8')]),
  );
}

export function rules(): Rule[] {
  return [...ruleFiles().values()].flatMap((text) =>
    (parse(text) as RuleFile).groups.flatMap((group) => group.rules),
  );
}

export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly custom?: { readonly showPoints: string } };
  };
  readonly links?: readonly { readonly url: string }[];
}

export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly tags: readonly string[];
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly target: { readonly expr: string } }[];
  };
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly hide: number;
      readonly query: unknown;
    }[];
  };
  readonly panels: readonly DashboardPanel[];
}

/** The dashboards as Grafana reads them, by file name. */
export function dashboards(): ReadonlyMap<string, DashboardFile> {
  return new Map(
    globSync('dashboards/*.json', { cwd: grafanaFolder })
      .toSorted()
      .map((path) => [
        basename(path),
        JSON.parse(readFileSync(join(grafanaFolder, path), 'utf8')) as DashboardFile,
      ]),
  );
}

/** An expression that something evaluates, and where it stands. */
export interface Expression {
  readonly where: string;
  readonly expr: string;
}

export function expressionsOfRules(): Expression[] {
  return rules().map(({ record, alert, expr }) => ({ where: record ?? alert ?? '', expr }));
}

/** With everything that Grafana fills in filled in: all that there is, over the last minutes. */
export function expressionsOfDashboards(): Expression[] {
  return [...dashboards()].flatMap(([file, { annotations, panels }]) => [
    ...annotations.list.map(({ name, target }) => ({ where: `${file}, ${name}`, expr: target.expr })),
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ refId, expr }) => ({
        where: `${file}, ${title}, ${refId}`,
        expr: expr
          .replaceAll(/\$(?:instance|model_version)\b/g, '.*')
          .replaceAll('$__rate_interval', '1m')
          .replaceAll('$__range', '10m'),
      })),
    ),
  ]);
}

/** Anchors of the headings of a Markdown document, as GitHub makes them. */
export function anchorsOf(document: string): ReadonlySet<string> {
  const text = readFileSync(join(root, document), 'utf8');
  return new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}
