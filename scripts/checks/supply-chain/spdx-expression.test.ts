import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSatisfiable } from './spdx-expression.ts';

const allowed = new Set(['MIT', 'Zlib', 'Apache-2.0 WITH LLVM-exception']);

test('all of AND, one of OR, AND before OR', () => {
  const cases: Readonly<Record<string, boolean>> = {
    MIT: true,
    '(MIT)': true,
    'GPL-3.0-only': false,
    'MIT+': false,
    mit: false,
    'MIT AND Zlib': true,
    '(MIT AND GPL-3.0-only)': false,
    'MIT OR GPL-3.0-only': true,
    'GPL-3.0-only OR MIT': true,
    'AGPL-3.0-only OR GPL-3.0-only': false,
    'MIT OR Zlib AND GPL-3.0-only': true,
    '(MIT OR Zlib) AND GPL-3.0-only': false,
    'GPL-3.0-only AND MIT OR Zlib': true,
    'GPL-3.0-only AND (MIT OR Zlib)': false,
    '((MIT) AND (Zlib OR GPL-3.0-only))': true,
    'Apache-2.0': false,
    'Apache-2.0 WITH LLVM-exception AND MIT': true,
    'MIT WITH LLVM-exception': false,
  };
  for (const [expression, expected] of Object.entries(cases)) {
    assert.equal(isSatisfiable(expression, allowed), expected, expression);
  }
});

test('anything else is no expression', () => {
  for (const text of [
    '',
    'SEE LICENSE IN MIT',
    'MIT Zlib',
    'MIT AND',
    'OR MIT',
    'MIT OR OR Zlib',
    '(MIT',
    'MIT)',
    '()',
    'MIT/Zlib',
    'MIT WITH',
    'MIT WITH (Zlib)',
    'MIT or Zlib',
  ]) {
    assert.throws(() => isSatisfiable(text, allowed), SyntaxError, text);
  }
});
