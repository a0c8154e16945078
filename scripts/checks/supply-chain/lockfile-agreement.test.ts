import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../tests/helpers/temporary-directory.ts';
import { drift, unmetRequirements } from './lockfile-agreement.ts';
import type { Manifest } from './lockfile.ts';

const top: Manifest = { workspaces: ['packages/*'], devDependencies: { b: '1.0.0' } };
const part: Manifest = { dependencies: { a: '^1.0.0', b: '1.0.0' } };
const lockfile = {
  packages: {
    '': { name: 'top', ...top },
    'packages/part': { name: '@top/part', version: '0.1.0', ...part },
    'node_modules/@top/part': { resolved: 'packages/part', link: true },
    'node_modules/a': { version: '1.2.0' },
    'node_modules/b': { version: '1.0.0' },
  },
};
const driftWith = (manifests: Readonly<Record<string, Manifest>>) =>
  drift(lockfile, new Map(Object.entries({ '': top, 'packages/part': part, ...manifests })));

const differs = (field: string) => [`packages/part/package.json: ${field} differ from package-lock.json`];

test('a lock file that was written for these package.json files agrees, whatever their order of names', () => {
  assert.deepEqual(driftWith({}), []);
  assert.deepEqual(driftWith({ 'packages/part': { dependencies: { b: '1.0.0', a: '^1.0.0' } } }), []);
});

test('whatever a package.json asks for differently is told', () => {
  const drifts: [Manifest, string[]][] = [
    [{ dependencies: { a: '^1.0.1', b: '1.0.0' } }, differs('dependencies')],
    // npm itself takes these two for no drift, because what is installed is in the lock file.
    [{ dependencies: { a: '^1.0.0' } }, differs('dependencies')],
    [{}, differs('dependencies')],
    [{ ...part, devDependencies: { c: '1.0.0' } }, differs('devDependencies')],
    [{ ...part, optionalDependencies: { c: '1.0.0' } }, differs('optionalDependencies')],
    [{ ...part, peerDependencies: { c: '1.0.0' } }, differs('peerDependencies')],
  ];
  for (const [manifest, expected] of drifts)
    assert.deepEqual(driftWith({ 'packages/part': manifest }), expected);
  assert.deepEqual(driftWith({ '': { ...top, workspaces: ['packages/*', 'more'] } }), [
    'package.json: workspaces differ from package-lock.json',
  ]);
});

test('a workspace that is new, or gone, is told', () => {
  assert.deepEqual(driftWith({ 'packages/new': {} }), ['package-lock.json lacks packages/new/package.json']);
  assert.deepEqual(drift(lockfile, new Map([['', top]])), [
    'package-lock.json has packages/part, which is no workspace',
  ]);
});

test('a lock file that lacks what a package needs, or has another version, is told', async () => {
  await using folder = await temporaryDirectory('lockfile');
  const problemsWith = async (modules: object) => {
    const packages = { '': top, 'packages/part': lockfile.packages['packages/part'], ...modules };
    await writeFile(
      join(folder.path, 'package-lock.json'),
      JSON.stringify({ name: 'top', lockfileVersion: 3, requires: true, packages }),
    );
    return unmetRequirements(folder.path);
  };
  await mkdir(join(folder.path, 'packages/part'), { recursive: true });
  await writeFile(join(folder.path, 'package.json'), JSON.stringify({ name: 'top', ...top }));
  await writeFile(
    join(folder.path, 'packages/part/package.json'),
    JSON.stringify({ name: '@top/part', version: '0.1.0', ...part }),
  );
  const { '': _, 'packages/part': __, ...complete } = lockfile.packages;
  assert.deepEqual(await problemsWith(complete), []);
  assert.deepEqual(await problemsWith({ ...complete, 'node_modules/a': { version: '2.0.0' } }), [
    'package-lock.json: invalid: a@2.0.0 node_modules/a',
  ]);
  const needy = { version: '1.2.0', dependencies: { c: '^3.0.0' } };
  assert.deepEqual(await problemsWith({ ...complete, 'node_modules/a': needy }), [
    'package-lock.json: missing: c@^3.0.0, required by a@1.2.0',
  ]);
  await writeFile(join(folder.path, 'package-lock.json'), '{');
  await assert.rejects(unmetRequirements(folder.path), /npm ls failed/);
});
