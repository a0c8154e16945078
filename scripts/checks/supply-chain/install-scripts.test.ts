import assert from 'node:assert/strict';
import { test } from 'node:test';
import { undecidedInstallScripts } from './install-scripts.ts';

const lockfile = {
  packages: {
    '': { hasInstallScript: true },
    'node_modules/quiet': {},
    'node_modules/built': { hasInstallScript: true },
    'node_modules/quiet/node_modules/@scope/deep': { hasInstallScript: true },
    // An alias is decided by the name of the package behind it.
    'node_modules/alias': { name: 'real', hasInstallScript: true },
  },
};
const decided = { built: true, '@scope/deep': false, real: false };

const undecided = (name: string) =>
  `${name} has an install script: set it in allowScripts of package.json, false unless it is needed`;

test('every install script that is decided on, by the package of its name, is fine', () => {
  assert.deepEqual(undecidedInstallScripts(lockfile, { allowScripts: decided }), []);
});

test('an install script that nobody decided on is told', () => {
  assert.deepEqual(undecidedInstallScripts(lockfile, {}), ['built', '@scope/deep', 'real'].map(undecided));
  const { '@scope/deep': _, ...others } = decided;
  assert.deepEqual(undecidedInstallScripts(lockfile, { allowScripts: others }), [undecided('@scope/deep')]);
  assert.deepEqual(undecidedInstallScripts(lockfile, { allowScripts: { ...decided, built: 'yes' } }), [
    undecided('built'),
  ]);
});

test('a decision about a package that has no install script, or is gone, is told', () => {
  assert.deepEqual(
    undecidedInstallScripts(lockfile, { allowScripts: { ...decided, quiet: false, gone: true } }),
    [
      'allowScripts of package.json names quiet, which has no install script',
      'allowScripts of package.json names gone, which has no install script',
    ],
  );
});
