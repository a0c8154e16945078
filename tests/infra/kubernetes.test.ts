import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { prometheusRules, prometheusRulesFile } from '../../scripts/kubernetes/prometheus-rules.ts';
import { nameOf, podsOf } from './kubernetes/objects.ts';
import { policies } from './kubernetes/policies/policies.ts';
import { renderAll } from './kubernetes/render.ts';
import { schemaProblems, unknownFields } from './kubernetes/schemas.ts';

const renderings = await renderAll();

test('every overlay is rendered, and every component with one', () => {
  const names = new Set(renderings.map(({ name }) => name));
  for (const name of ['local', 'cpu', 'gpu', 'gpu with canary', 'cpu with pacs']) assert.ok(names.has(name));
  for (const { name, objects } of renderings) assert.ok(podsOf(objects).length >= 3, name);
});

test('every object is as its schema says', async () => {
  const problems = await Promise.all(renderings.flatMap(({ objects }) => objects.map(schemaProblems)));
  assert.deepEqual(problems.flat(), []);
});

test('no object has a field that its kind has not', async () => {
  assert.deepEqual(await unknownFields(renderings.flatMap(({ objects }) => objects)), []);
});

for (const { name, objects } of renderings) {
  test(`${name}: no two objects have one name`, () => {
    const names = objects.map(nameOf);
    assert.equal(new Set(names).size, names.length);
  });
  for (const [title, policy] of Object.entries(policies)) {
    test(`${name}: ${title}`, () => assert.deepEqual(policy(objects), []));
  }
}

test('the rules of the Prometheus operator are those of infra/observability', async () => {
  const written = await readFile(join(import.meta.dirname, '../..', prometheusRulesFile), 'utf8');
  // Not `equal`: it would print both.
  assert.ok(written === (await prometheusRules()), 'run node scripts/generate-prometheus-rules.ts');
});
