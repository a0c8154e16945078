import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, test } from 'node:test';
import { parse } from 'yaml';
import { installPrometheus } from '../helpers/install-prometheus.ts';
import { runProgram } from '../helpers/run-program.ts';
import { anchorsOf, prometheusFolder, ruleFiles, rules } from './observability-files.ts';

const testFiles = globSync('tests/*.test.yml', { cwd: prometheusFolder }).toSorted();
const alerts = rules().filter(({ alert }) => alert !== undefined);
const objectives = rules()
  .filter(({ record }) => record === 'hepastage:slo_objective:ratio')
  .map(({ labels }) => labels?.['slo'] ?? '');

let promtool: (...given: readonly string[]) => Promise<string>;
before(async () => {
  const programs = await installPrometheus();
  promtool = async (...given) => runProgram(programs.promtool, given, prometheusFolder);
});

test('the configuration of the compose file is one, and finds all rules', async () => {
  const said = await promtool('check', 'config', 'prometheus.compose.yml');
  assert.match(said, new RegExp(`SUCCESS: ${ruleFiles().size} rule files found`));
});

test('rules are rules, and none stands twice', async () => {
  await promtool(
    'check',
    'rules',
    '--lint=all',
    '--lint-fatal',
    ...[...ruleFiles().keys()].map((name) => join('rules', name)),
  );
});

for (const file of testFiles) {
  test(`what ${basename(file)} says of alerts is so`, async () => {
    assert.match(await promtool('test', 'rules', file), /SUCCESS/);
  });
}

interface RuleTest {
  readonly alert_rule_test?: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

test('every alert is tested as it fires, and as it must not', () => {
  const tests = testFiles.flatMap((file) => {
    const { tests: those } = parse(readFileSync(join(prometheusFolder, file), 'utf8')) as {
      tests: RuleTest[];
    };
    return those.flatMap(({ alert_rule_test: one = [] }) => one);
  });
  const without = (firing: boolean) =>
    alerts
      .filter(
        ({ alert }) =>
          !tests.some(
            ({ alertname, exp_alerts: expected }) => alertname === alert && expected.length > 0 === firing,
          ),
      )
      .map(({ alert }) => alert);
  assert.ok(alerts.length > 40, `${alerts.length}`);
  assert.deepEqual(without(true), []);
  assert.deepEqual(without(false), []);
});

test('every alert says how bad it is, what is the matter, and where to read what to do', () => {
  const anchors = anchorsOf('docs/runbooks.md');
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels?.['severity'] ?? '', /^(critical|warning)$/, alert);
    assert.ok(annotations?.['summary'], alert);
    assert.match(annotations?.['description'] ?? '', /\{\{ \$(value|labels)/, alert);
    const [document, anchor = ''] = (annotations?.['runbook_url'] ?? '').split('#');
    assert.equal(document, 'docs/runbooks.md', alert);
    for (const one of expanded(anchor)) assert.ok(anchors.has(one), `${alert}: no heading for ${one}`);
  }
});

test('every objective is described, and has its two rates', () => {
  const described = anchorsOf('docs/slo.md');
  assert.deepEqual(objectives.toSorted(), [
    'acceptance',
    'delivery',
    'time-to-result-routine',
    'time-to-result-stat',
    'webhooks',
  ]);
  for (const slo of objectives) {
    assert.ok(described.has(slo), slo);
    const recorded = rules().filter(({ labels }) => labels?.['slo'] === slo);
    assert.deepEqual(
      recorded.map(({ record }) => record),
      ['hepastage:slo_objective:ratio', 'hepastage:slo_valid:rate5m', 'hepastage:slo_bad:rate5m'],
    );
  }
});

test('the runbooks are of alerts that there are', () => {
  const named = new Set([
    ...alerts.map(({ alert }) => alert?.toLowerCase()),
    ...objectives.map((slo) => `slo-${slo}`),
  ]);
  const idle = [...anchorsOf('docs/runbooks.md')].filter(
    (anchor) => /^(hepastage.|slo-)/.test(anchor) && !named.has(anchor),
  );
  // Two alerts may share a runbook; a runbook without an alert is a leftover.
  assert.deepEqual(idle, []);
});

/** An anchor that depends on the objective stands for one of each. */
function expanded(anchor: string): string[] {
  return anchor.includes('{{') ? objectives.map((slo) => anchor.replace('{{ $labels.slo }}', slo)) : [anchor];
}
