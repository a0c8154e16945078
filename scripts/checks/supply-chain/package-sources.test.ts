import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LockedPackage } from './lockfile.ts';
import { sourceProblems } from './package-sources.ts';

const problemsOf = (locked: LockedPackage) => sourceProblems({ packages: { 'node_modules/a': locked } });
const integrity = 'sha512-AAAA';

test('a package of the registry with its digest is fixed, and so is what came in its archive', () => {
  assert.deepEqual(problemsOf({ version: '1.0.0', integrity }), []);
  assert.deepEqual(problemsOf({ version: '1.0.0', inBundle: true }), []);
});

test('what is ours needs no digest', () => {
  const packages = {
    '': {},
    'packages/part': {},
    'node_modules/part': { resolved: 'packages/part', link: true },
  };
  assert.deepEqual(sourceProblems({ packages }), []);
});

test('a package without a digest, or with a broken one, is told', () => {
  const expected = ['node_modules/a has no SHA-512 integrity'];
  assert.deepEqual(problemsOf({ version: '1.0.0' }), expected);
  assert.deepEqual(problemsOf({ version: '1.0.0', integrity: 'sha1-AAAA' }), expected);
});

test('a package that names a place of its own is told', () => {
  for (const resolved of [
    'git+ssh://git@example.org/a.git#0123',
    'https://example.org/a-1.0.0.tgz',
    'file:a-1.0.0.tgz',
  ]) {
    assert.deepEqual(
      problemsOf({ integrity, resolved }),
      ['node_modules/a names a place of its own to come from'],
      resolved,
    );
  }
});
