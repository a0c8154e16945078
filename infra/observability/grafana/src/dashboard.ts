import { linkJson } from './link.ts';
import { datasource, type Panel, panelJson } from './panel.ts';
import { firingAlerts } from './queries.ts';

/** Panels under a heading, laid out from the left, in lines of 24 columns. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A choice that readers have: the values of a label. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly metric: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

const columns = 24;
const rowHeight = 1;
const heights: Readonly<Record<Panel['kind'], number>> = { stat: 4, bargauge: 7, timeseries: 8, table: 7 };
/** Of Grafana 11.0; newer ones migrate it when they load it. */
const schemaVersion = 39;

/** The dashboard as Grafana provisions it. */
export function dashboardJson({ uid, title, description, variables, rows }: Dashboard): object {
  return {
    uid,
    title,
    description,
    tags: ['hepastage'],
    schemaVersion,
    version: 1,
    editable: false,
    graphTooltip: 1,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    annotations: { list: [alertsAnnotation] },
    links: [
      linkJson({
        type: 'dashboards',
        title: 'hepastage',
        tags: ['hepastage'],
        includeVars: true,
        keepTime: true,
      }),
      linkJson({ type: 'link', title: 'Runbooks', url: '${runbooks}', targetBlank: true }),
    ],
    templating: { list: [datasourceVariable, ...variables.map(variableJson), runbooksVariable] },
    panels: panelsOf(rows),
  };
}

function panelsOf(rows: readonly Row[]): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    const id = placed.length + 1;
    placed.push({
      id,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: columns, h: rowHeight },
    });
    y += rowHeight;
    let x = 0;
    let lineHeight = 0;
    for (const panel of panels) {
      if (x + panel.width > columns) {
        y += lineHeight;
        x = 0;
        lineHeight = 0;
      }
      const h = heights[panel.kind];
      placed.push(panelJson(panel, { id: placed.length + 1, gridPos: { x, y, w: panel.width, h } }));
      x += panel.width;
      lineHeight = Math.max(lineHeight, h);
    }
    y += lineHeight;
  }
  return placed;
}

/** Red marks on every curve for as long as an alert fires. */
const alertsAnnotation = {
  name: 'Alerts',
  datasource,
  enable: true,
  iconColor: 'red',
  target: { refId: 'Alerts', expr: firingAlerts, interval: '60s' },
  titleFormat: '{{alertname}}',
  textFormat: '{{severity}}',
};

const datasourceVariable = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  current: {},
  options: [],
  refresh: 1,
  hide: 0,
};

/** Where the operators’ copy of docs/runbooks.md is served: they write it into the box above the panels, or `?var-runbooks=…` into their links. */
const runbooksVariable = {
  name: 'runbooks',
  label: 'Address of the runbooks',
  type: 'textbox',
  query: 'docs/runbooks.md',
  current: { text: 'docs/runbooks.md', value: 'docs/runbooks.md' },
  options: [{ text: 'docs/runbooks.md', value: 'docs/runbooks.md', selected: true }],
  hide: 0,
};

function variableJson({ name, label, metric }: Variable): object {
  const query = `label_values(${metric}, ${name})`;
  return {
    name,
    label,
    type: 'query',
    datasource,
    definition: query,
    query: { qryType: 5, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
    options: [],
    hide: 0,
  };
}
