import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deadLettersCommand } from '../../packages/cli/src/commands/dead-letters.ts';
import { keysCommand } from '../../packages/cli/src/commands/keys.ts';
import { modelCommand } from '../../packages/cli/src/commands/model.ts';
import { queueCommand } from '../../packages/cli/src/commands/queue.ts';
import { reconcileCommand } from '../../packages/cli/src/commands/reconcile.ts';
import { tenantsCommand } from '../../packages/cli/src/commands/tenants.ts';
import { webhooksCommand } from '../../packages/cli/src/commands/webhooks.ts';
import { apiSettings } from '../../services/api/src/config.ts';
import { workerConfig } from '../../services/worker/src/config.ts';
import { root } from './observability-files.ts';

const text = ['docs/runbooks.md', 'docs/slo.md']
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n');

/** The commands that a runbook may tell to type. */
const program = [
  deadLettersCommand(),
  keysCommand(),
  modelCommand(),
  queueCommand(),
  reconcileCommand(),
  tenantsCommand(),
  webhooksCommand(),
];

test('commands that a runbook tells to type are there, with their options', () => {
  const lines = [...text.matchAll(/`hepastage ([a-z][^`]*)`/g)].map(([, line = '']) => line);
  assert.ok(lines.length > 20, `${lines.length}`);
  assert.deepEqual(
    lines.filter((line) => !isThere(line.split(' '))),
    [],
  );
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

/** Whether `dead-letters replay --all --code CODE` is a command, and has the options. */
function isThere([name, ...rest]: readonly string[]): boolean {
  const command = program.find((one) => one.name() === name);
  const below = command?.commands.find((one) => one.name() === rest[0]);
  // A word in lower case must be a command below; what stands for something is in capitals.
  if (command === undefined || (below === undefined && /^[a-z]/.test(rest[0] ?? ''))) return false;
  const options = new Set([command, below].flatMap((one) => one?.options ?? []).map(({ long }) => long));
  return rest.filter((word) => word.startsWith('--')).every((option) => options.has(option));
}

/** `quietMs` of `QUIET_MS`. */
function propertyOf(variable: string): string {
  return variable.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
