import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment, edit, sound } from './mistakes.ts';
import type { ClusterObject } from './objects.ts';
import { schemaProblems, unknownFields } from './schemas.ts';

test('a kind that there is not is found', async () => {
  const object = { apiVersion: 'apps/v1', kind: 'Deploiment' } as unknown as ClusterObject;
  assert.match((await schemaProblems(object)).join(), /there is no Deploiment in apps\/v1/);
});

test('a value of another type is found', async () => {
  const objects = await sound();
  deployment(objects, 'api').spec!.minReadySeconds = 'ten' as unknown as number;
  const problems = await Promise.all(objects.map(schemaProblems));
  assert.match(problems.flat().join(), /Deployment\/hepastage-api: .*minReadySeconds/);
});

test('a field that there is not is found', async () => {
  const objects = await sound();
  edit('worker', ({ container }) => Object.assign(container, { livenesProbe: {} }))(objects);
  const problems = await unknownFields(objects);
  assert.equal(problems.length, 1);
  assert.match(problems.join(), /Deployment\/hepastage-worker: .*livenesProbe/);
});
