import assert from 'node:assert/strict';
import { test } from 'node:test';
import { licenceProblems } from './licences.ts';
import { licencePolicy } from './licence-policy.ts';
import { thirdPartyPackages } from './lockfile.ts';

const policy = { allowed: new Set(['MIT', 'ISC']), exceptions: {} };

test('a licence that is not allowed, not stated or no expression is told, whoever needs the package', () => {
  const packages = thirdPartyPackages({
    packages: {
      '': { license: 'UNLICENSED' },
      'packages/part': {},
      'node_modules/part': { link: true },
      'node_modules/fine': { version: '1.0.0', license: '(GPL-3.0-only OR ISC)' },
      'node_modules/free': { version: '1.0.0', license: 'GPL-3.0-only' },
      'node_modules/fine/node_modules/@scope/silent': { version: '2.0.0' },
      'node_modules/odd': { version: '3.0.0', license: 'SEE LICENSE IN COPYING' },
    },
  });
  assert.deepEqual(licenceProblems(packages, policy), [
    'free@1.0.0: GPL-3.0-only is not among the allowed licences',
    '@scope/silent@2.0.0: states no licence',
    'odd@3.0.0: "SEE LICENSE IN COPYING" is no SPDX licence expression',
  ]);
});

/** With an exception for version 1.0.0. */
const problemsOf = (version: string, license?: string) =>
  licenceProblems([{ name: 'free', version, license }], {
    ...policy,
    exceptions: { 'free@1.0.0': 'bought' },
  });

test('an exception holds for one version, and only as long as it is needed', () => {
  const unneeded = 'free@1.0.0: nothing needs this exception any more';
  assert.deepEqual(problemsOf('1.0.0', 'GPL-3.0-only'), []);
  assert.deepEqual(problemsOf('1.0.0', 'MIT'), [unneeded]);
  assert.deepEqual(problemsOf('1.0.1'), ['free@1.0.1: states no licence', unneeded]);
});

test('our policy allows nothing that binds what uses it, and nothing that is not free', () => {
  const licences = [
    'GPL-2.0-only',
    'GPL-3.0-or-later',
    'AGPL-3.0-only',
    'LGPL-3.0-only',
    'SSPL-1.0',
    'UNLICENSED',
  ];
  for (const license of licences) {
    const problems = licenceProblems([{ name: 'a', version: '1.0.0', license }], {
      ...licencePolicy,
      exceptions: {},
    });
    assert.equal(problems.length, 1, license);
  }
});
