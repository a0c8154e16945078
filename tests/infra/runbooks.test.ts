import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command, CommanderError, type Option } from 'commander';
import { auditCommand } from '../../packages/cli/src/commands/audit.ts';
import { deadLettersCommand } from '../../packages/cli/src/commands/dead-letters.ts';
import { evaluateCommand } from '../../packages/cli/src/commands/evaluate.ts';
import { keysCommand } from '../../packages/cli/src/commands/keys.ts';
import { modelCommand } from '../../packages/cli/src/commands/model.ts';
import { queueCommand } from '../../packages/cli/src/commands/queue.ts';
import { reconcileCommand } from '../../packages/cli/src/commands/reconcile.ts';
import { submitCommand } from '../../packages/cli/src/commands/submit.ts';
import { tenantsCommand } from '../../packages/cli/src/commands/tenants.ts';
import { webhooksCommand } from '../../packages/cli/src/commands/webhooks.ts';
import { apiSettings } from '../../services/api/src/config.ts';
import { workerConfig } from '../../services/worker/src/config.ts';
import { root } from './observability-files.ts';

const documents = ['docs/runbooks.md', 'docs/slo.md', 'docs/operations.md'].map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));

test('commands that operators are told to type are there, with their options and all that they demand', () => {
  const lines = documents.flatMap(({ path, text }) => commandLines(text).map((line) => ({ path, line })));
  assert.ok(lines.length > 40, `${lines.length}`);
  const refused = lines.flatMap(({ path, line }) => {
    const reason = refusal(line);
    return reason === undefined ? [] : [`${path}: hepastage ${line}: ${reason}`];
  });
  assert.deepEqual(refused, []);
});

test('a command line is refused for what it lacks, and for what there is not', () => {
  assert.match(refusal('tenants show') ?? '', /missing required argument/);
  assert.match(refusal('webhooks secret') ?? '', /required option '--tenant/);
  assert.match(refusal('webhooks enable URL') ?? '', /required option '--tenant/);
  assert.match(refusal('queue stop') ?? '', /too many arguments|unknown command/);
  assert.match(refusal('reconcile --all') ?? '', /unknown option/);
  assert.match(refusal('purge') ?? '', /unknown command/);
  assert.match(refusal('keys create --tenant T --name N --scope everything') ?? '', /Allowed choices/);
  assert.equal(refusal("keys create --tenant T --name 'a b' --scope studies:write"), undefined);
  assert.equal(refusal('dead-letters replay --all --code CODE'), undefined);
  assert.equal(refusal('evaluate …'), undefined);
});

test('settings that operators are told of are there', () => {
  const known = new Set([...Object.keys(apiSettings.properties), ...Object.keys(workerConfig.properties)]);
  const text = documents.map((document) => document.text).join('\n');
  const named = [...new Set([...text.matchAll(/\bHEPASTAGE_([A-Z0-9_]+)\b/g)].map(([, name = '']) => name))];
  assert.ok(named.length > 10, `${named.length}`);
  assert.deepEqual(
    named.filter((name) => !known.has(propertyOf(name))),
    [],
  );
});

test('the log of all pods of a kind is read whole: kubectl gives the last ten lines of each otherwise', () => {
  const lines = documents.flatMap(({ text }) => text.split('\n').filter((line) => /logs -l /.test(line)));
  assert.ok(lines.length >= 2, `${lines.length}`);
  for (const line of lines) assert.match(line, /--tail=-1/);
});

/** What follows `hepastage`, in code within a sentence and in blocks, however the program is come to there. */
function commandLines(text: string): string[] {
  const inline = [...text.matchAll(/`hepastage ([a-z][^`]*)`/g)];
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => [
    ...block.matchAll(/(?:^|-- |--rm |--silent )hepastage (?:-- )?([a-z][^#\n]*)/gm),
  ]);
  return [...inline, ...blocks].map(([, line = '']) => line.trim());
}

/** Why the program would not take the line; undefined: it would. What is in capitals stands for something; `…` at the end, for whatever else it takes. */
function refusal(line: string): string | undefined {
  const isCut = line.endsWith(' …') && !/ --\S+ …$/.test(line);
  const words = (line.match(/'[^']*'|\S+/g) ?? []).slice(0, isCut ? -1 : undefined);
  try {
    program().parse(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return isCut && error.code.startsWith('commander.missing') ? undefined : error.message;
  }
}

/** The commands that an operator may be told to type, which do nothing. */
function program(): Command {
  const all = new Command('hepastage');
  const commands = [
    auditCommand(),
    deadLettersCommand(),
    evaluateCommand(),
    keysCommand(),
    modelCommand(),
    queueCommand(),
    reconcileCommand(),
    submitCommand(),
    tenantsCommand(),
    webhooksCommand(),
  ];
  for (const command of commands) all.addCommand(command);
  return withoutEffect(all);
}

function withoutEffect(command: Command): Command {
  command.exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of command.options) acceptPlaceholders(option);
  if (command.commands.length === 0 || command.name() === 'queue') command.action(() => {});
  for (const below of command.commands) withoutEffect(below);
  return command;
}

function acceptPlaceholders(option: Option): void {
  const parse = option.parseArg;
  if (parse === undefined) return;
  option.parseArg = <T>(value: string, previous: T) =>
    /^[A-Z]+$|…/.test(value) ? (value as T) : parse(value, previous);
}

/** `quietMs` of `QUIET_MS`. */
function propertyOf(variable: string): string {
  return variable.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
