import { type IssuedKey, type Scope, scopes } from '@hepastage/access';
import { Command, Option } from 'commander';
import { keyJson, keyLines } from '../access/key-text.ts';
import { withAccess } from '../access/with-access.ts';
import { wholeNumber } from '../whole-number-option.ts';

interface Json {
  readonly json?: true;
}

interface CreateOptions extends Json {
  readonly tenant: string;
  readonly name: string;
  readonly scope: Scope[];
  readonly expiresDays?: number;
}

const dayMs = 86_400_000;
const overlapHoursDefault = 24;

/** `hepastage keys`: makes API keys and takes them back, in the service's own object store. */
export function keysCommand(): Command {
  return new Command('keys')
    .description('make API keys and take them back')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
    .addCommand(rotateCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('make a key and print it: it can’t be shown again')
    .requiredOption('--tenant <name>', 'whose studies it is for')
    .requiredOption('--name <text>', 'what it is for')
    .addOption(new Option('--scope <scope...>', 'what it may do').choices(scopes).makeOptionMandatory())
    .option('--expires-days <days>', 'refuse it after so many days', wholeNumber(1))
    .option('--json', 'print key and record as JSON')
    .action(async ({ tenant, name, scope, expiresDays, json }: CreateOptions) => {
      const expiresAt = expiresDays === undefined ? undefined : new Date(Date.now() + expiresDays * dayMs);
      const issued = await withAccess(async ({ keys }) =>
        keys.create({ tenant, name, scopes: [...new Set(scope)], expiresAt }),
      );
      printIssued(issued, json);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list keys, oldest first')
    .option('--tenant <name>', 'only those of one tenant')
    .option('--json', 'print as JSON')
    .action(async ({ tenant, json }: Json & { tenant?: string }) => {
      const found = await withAccess(async ({ keys }) => keys.list(tenant));
      if (json === true) console.log(JSON.stringify(found.map(keyJson)));
      else console.log(keyLines(found, new Date()).join('\n'));
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('take a key back; services refuse it within HEPASTAGE_KEYS_REFRESH_SECONDS')
    .argument('<key>', 'its id: the 16 digits after hep_')
    .option('--json', 'print the record as JSON')
    .action(async (keyId: string, { json }: Json) => {
      const key = await withAccess(async ({ keys }) => keys.revoke(keyId));
      console.log(json === true ? JSON.stringify(keyJson(key)) : `${key.keyId} is revoked`);
    });
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('make a key that takes the place of another, and print it')
    .argument('<key>', 'id of the old one: the 16 digits after hep_')
    .option('--overlap-hours <hours>', 'how long the old one works on', wholeNumber(0), overlapHoursDefault)
    .option('--json', 'print key and record as JSON')
    .action(async (keyId: string, { overlapHours, json }: Json & { overlapHours: number }) => {
      printIssued(await withAccess(async ({ keys }) => keys.rotate(keyId, overlapHours)), json);
    });
}

/** The key alone on standard output, so that it can go where it is kept without being seen. */
function printIssued({ key, text }: IssuedKey, json: true | undefined): void {
  if (json === true) {
    console.log(JSON.stringify({ apiKey: text, key: keyJson(key) }));
    return;
  }
  console.log(text);
  console.error(`key ${key.keyId} of ${key.tenant}: keep it, it can’t be shown again`);
}
