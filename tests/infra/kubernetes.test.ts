import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { prometheusRules, prometheusRulesFile } from '../../scripts/kubernetes/prometheus-rules.ts';
import { nameOf, podsOf } from './kubernetes/objects.ts';
import { policies } from './kubernetes/policies/policies.ts';
import { exampleName, examples, foldersOf, manifests, renderAll } from './kubernetes/render.ts';
import { schemaProblems, unknownFields } from './kubernetes/schemas.ts';

const renderings = await renderAll();

test('every overlay is rendered, and every example of the README', () => {
  const names = new Set(renderings.map(({ name }) => name));
  for (const name of ['local', 'cpu', 'gpu']) assert.ok(names.has(name), name);
  for (const example of ['production', 'canary', 'hospital-a'])
    for (const overlay of ['cpu', 'gpu']) assert.ok(names.has(exampleName(example, overlay)), example);
  for (const { name, objects } of renderings) assert.ok(podsOf(objects).length >= 3, name);
});

test('every component is in one of them', async () => {
  const overlays = await foldersOf(join(manifests, 'overlays'));
  const files = overlays.map((name) =>
    readFile(join(manifests, 'overlays', name, 'kustomization.yaml'), 'utf8'),
  );
  const texts = [...(await Promise.all(files)), ...(await examples()).values()];
  const used = texts.flatMap((text) => [...text.matchAll(/\/components\/([\w-]+)/g)].map(([, name]) => name));
  assert.deepEqual(new Set(used), new Set(await foldersOf(join(manifests, 'components'))));
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
