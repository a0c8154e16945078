import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { apiSettings } from '../../services/api/src/config.ts';
import { workerConfig } from '../../services/worker/src/config.ts';
import { runProgram } from '../helpers/run-program.ts';
import { root } from './observability-files.ts';

const text = ['docs/runbooks.md', 'docs/slo.md']
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n');

/** `hepastage dead-letters replay --all --code CODE`: its command, and its options. */
const commands = [...text.matchAll(/`hepastage ((?:[a-z-]+ ?)+[^`]*)`/g)].map(([, line = '']) => ({
  line,
  words: /^(?:[a-z][a-z-]*(?: |$))+/.exec(line)?.[0].trim() ?? '',
  options: line.match(/--[a-z-]+/g) ?? [],
}));

test('commands that a runbook tells to type are there, with their options', async () => {
  assert.ok(commands.length > 10, `${commands.length}`);
  const wrong: string[] = [];
  for (const { line, words, options } of commands) {
    const help = await runProgram(
      process.execPath,
      ['packages/cli/src/main.ts', ...words.split(' '), '--help'],
      root,
    );
    // An unknown subcommand has the help of the one above it.
    const isKnown = new RegExp(`^Usage: hepastage ${words}\\b`).test(help);
    if (!isKnown || !options.every((option) => help.includes(option))) wrong.push(line);
  }
  assert.deepEqual(wrong, []);
});

test('settings that a runbook names are there', () => {
  const known = new Set([...Object.keys(apiSettings.properties), ...Object.keys(workerConfig.properties)]);
  const named = [...new Set([...text.matchAll(/\bHEPASTAGE_([A-Z0-9_]+)\b/g)].map(([, name = '']) => name))];
  assert.ok(named.length > 10, `${named.length}`);
  assert.deepEqual(
    named.filter((name) => !known.has(propertyOf(name))),
    [],
  );
});

/** `quietMs` of `QUIET_MS`. */
function propertyOf(variable: string): string {
  return variable.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
