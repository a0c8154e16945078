import { linkJson } from './link.ts';

/** A query and how its series are called. */
export interface Query {
  readonly expr: string;
  /** Grafana's pattern, e.g. `{{stage}}`. */
  readonly legend: string;
  /** Asked for once, as of now: for what looks back far, and would cost as much again for each point of a curve. */
  readonly instant?: boolean;
}

/** From this value on, this colour. */
export type Threshold = readonly [from: number, colour: 'green' | 'yellow' | 'red'];

/** What a maintainer says of a panel; `panelJson` makes Grafana's object of it. */
export interface Panel {
  readonly kind: 'timeseries' | 'stat' | 'table' | 'bargauge';
  readonly title: string;
  /** What it shows, and what to make of it. */
  readonly description: string;
  /** Grafana's name of a unit: `s`, `bytes`, `percentunit`, `Bps`, `short`… */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Of 24 columns. */
  readonly width: number;
  readonly thresholds?: readonly Threshold[];
  readonly stacked?: boolean;
  readonly max?: number;
  readonly decimals?: number;
  readonly mayBeNegative?: boolean;
  /** What numbers stand for. */
  readonly words?: Readonly<Record<number, string>>;
  /** Headings of docs/runbooks.md, as anchors. */
  readonly runbooks?: readonly string[];
}

/** The data source that the reader has chosen. */
export const datasource = { type: 'prometheus', uid: '${datasource}' } as const;

interface Place {
  readonly id: number;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

/** The panel as Grafana's dashboard schema has it. */
export function panelJson(panel: Panel, place: Place): object {
  return {
    ...place,
    type: panel.kind,
    title: panel.title,
    description: panel.description,
    datasource,
    targets: panel.queries.map((query, n) => targetJson(query, n, panel.kind)),
    fieldConfig: { defaults: defaultsOf(panel), overrides: [] },
    options: optionsOf[panel.kind],
    links: (panel.runbooks ?? []).map((anchor) =>
      linkJson({
        type: 'link',
        title: `Runbook: ${anchor}`,
        url: `\${runbooks}#${anchor}`,
        targetBlank: true,
      }),
    ),
    ...(panel.kind === 'table' && {
      transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }],
    }),
  };
}

function targetJson({ expr, legend, instant }: Query, n: number, kind: Panel['kind']): object {
  const once = instant ?? (kind === 'table' || kind === 'bargauge');
  return {
    refId: String.fromCodePoint('A'.codePointAt(0)! + n),
    datasource,
    expr,
    legendFormat: legend,
    instant: once,
    range: !once,
    format: kind === 'table' ? 'table' : 'time_series',
  };
}

function defaultsOf({
  kind,
  unit,
  thresholds,
  stacked = false,
  max,
  decimals,
  mayBeNegative = false,
  words,
}: Panel): object {
  return {
    unit,
    ...(!mayBeNegative && { min: 0 }),
    ...(max !== undefined && { max }),
    ...(decimals !== undefined && { decimals }),
    color: { mode: thresholds !== undefined && kind !== 'timeseries' ? 'thresholds' : 'palette-classic' },
    thresholds: {
      mode: 'absolute',
      // The first is from minus infinity on, which JSON writes as null.
      steps: (thresholds ?? [[0, 'green']]).map(([from, color], n) => ({
        color,
        value: n === 0 ? null : from,
      })),
    },
    ...(words !== undefined && {
      mappings: [
        {
          type: 'value',
          options: Object.fromEntries(
            Object.entries(words).map(([value, text], index) => [value, { text, index }]),
          ),
        },
      ],
    }),
    ...(kind === 'timeseries' && {
      custom: {
        drawStyle: 'line',
        lineWidth: 1,
        fillOpacity: stacked ? 40 : 10,
        // A point that stands alone is drawn.
        showPoints: 'auto',
        spanNulls: false,
        stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
        thresholdsStyle: { mode: thresholds === undefined ? 'off' : 'dashed' },
      },
    }),
  };
}

const reduceToLast = { calcs: ['lastNotNull'], fields: '', values: false };

const optionsOf: Readonly<Record<Panel['kind'], object>> = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: { reduceOptions: reduceToLast, colorMode: 'background', graphMode: 'area', textMode: 'auto' },
  bargauge: { reduceOptions: reduceToLast, orientation: 'horizontal', displayMode: 'lcd' },
  table: { showHeader: true, cellHeight: 'sm' },
};
