import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { checkDashboards } from '../../scripts/checks/dashboards.ts';
import { namesOf } from './expression.ts';
import { anchorsOf, type DashboardPanel, dashboards, grafanaFolder } from './observability-files.ts';

test('the dashboards are what their definitions make', async () => {
  assert.deepEqual(await checkDashboards(), { verdict: 'ok', output: '' });
});

test('there are three, each under a name of its own, for Grafana 11 and newer', () => {
  const all = [...dashboards().values()];
  assert.deepEqual(all.map(({ uid }) => uid).toSorted(), [
    'hepastage-drift',
    'hepastage-hospitals',
    'hepastage-workers',
  ]);
  for (const { schemaVersion, title, tags } of all) {
    assert.ok(schemaVersion >= 39, title);
    assert.deepEqual(tags, ['hepastage']);
  }
});

test('every panel says what it shows, in which unit, and links to runbooks that there are', () => {
  const anchors = anchorsOf('docs/runbooks.md');
  for (const [file, { panels }] of dashboards()) {
    for (const { title, description, targets, fieldConfig, links } of withoutRows(panels)) {
      const where = `${file}, ${title}`;
      assert.ok((description ?? '').length > 10, where);
      assert.ok(fieldConfig?.defaults.unit, where);
      assert.ok((targets ?? []).length > 0, where);
      for (const { url } of links ?? []) {
        const [, anchor = ''] = /^\$\{runbooks\}#(.+)$/.exec(url) ?? [];
        assert.ok(anchors.has(anchor), `${where}: no runbook ${url}`);
      }
    }
  }
});

test('panels have ids of their own, and none lies on another or beside the page', () => {
  for (const [file, { panels }] of dashboards()) {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, file);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      const { x, y, w, h } = gridPos;
      assert.ok(x + w <= 24, `${file}, ${title}`);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          assert.ok(!taken.has(`${column},${line}`), `${file}, ${title} lies on another`);
          taken.add(`${column},${line}`);
        }
      }
    }
  }
});

test('queries ask the chosen data source, and choices that a dashboard has', () => {
  for (const [file, dashboard] of dashboards()) {
    const names = dashboard.templating.list.map(({ name }) => name);
    assert.equal(names[0], 'datasource', file);
    const asked = new Set<string>();
    for (const { title, targets = [] } of dashboard.panels) {
      for (const target of targets) {
        assert.deepEqual((target as { datasource?: unknown }).datasource, {
          type: 'prometheus',
          uid: '${datasource}',
        });
        for (const [, name = ''] of target.expr.matchAll(/\$(?!__)\{?(\w+)/g)) {
          assert.ok(names.includes(name), `${file}, ${title}: no choice ${name}`);
          asked.add(name);
        }
      }
    }
    const idle = names.filter((name) => !asked.has(name) && name !== 'datasource' && name !== 'runbooks');
    assert.deepEqual(idle, [], `${file}: a choice that changes nothing`);
  }
});

test('few studies are seen: what they bring is looked at over half an hour at least, and a point that stands alone is drawn', () => {
  for (const [file, { panels }] of dashboards()) {
    for (const { title, type, targets = [], fieldConfig } of withoutRows(panels)) {
      const { custom, unit } = fieldConfig?.defaults ?? {};
      if (type === 'timeseries') assert.equal(custom?.showPoints, 'auto', `${file}, ${title}`);
      assert.notEqual(unit, 'reqps', `${file}, ${title}`);
      for (const { expr } of targets) {
        if (!expr.includes('$__rate_interval')) continue;
        const restless = new Set(['hepastage_upload_bytes_total', 'process_cpu_seconds_total']);
        assert.ok(
          namesOf(expr).selectors.every(({ metric }) => restless.has(metric)),
          `${file}, ${title}: ${expr}`,
        );
      }
    }
  }
});

test('readers can say where the runbooks are, for nobody can edit a provisioned dashboard', () => {
  for (const [file, { templating }] of dashboards()) {
    const runbooks = templating.list.find(({ name }) => name === 'runbooks');
    assert.deepEqual([runbooks?.type, runbooks?.hide], ['textbox', 0], file);
  }
});

test('what Grafana is told to provision is there', () => {
  const files = globSync('provisioning/*/*.yaml', { cwd: grafanaFolder }).toSorted();
  const [folders, sources] = files.map(
    (path) =>
      parse(readFileSync(join(grafanaFolder, path), 'utf8')) as Record<string, Record<string, unknown>[]>,
  );
  assert.equal(files.length, 2);
  assert.deepEqual(folders?.['providers']?.[0]?.['options'], { path: '/etc/grafana/dashboards' });
  assert.equal(sources?.['datasources']?.[0]?.['type'], 'prometheus');
});

function withoutRows(panels: readonly DashboardPanel[]): DashboardPanel[] {
  return panels.filter(({ type }) => type !== 'row');
}
