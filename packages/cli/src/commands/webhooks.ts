import { ErrorCode, HepastageError } from '@hepastage/proto';
import { DisabledTargets, shownSecret, tenantSecret } from '@hepastage/webhooks';
import { Command, Option } from 'commander';
import { operatorConfig } from '../service/operator-config.ts';
import { withService } from '../service/with-service.ts';
import { replayDead, replayJobs } from '../webhooks/replay-notices.ts';
import { webhookKeys } from '../webhooks/webhook-keys.ts';

interface Json {
  readonly json?: true;
}

/** `hepastage webhooks`: what operators do about the notices of jobs. It works on the service's own Redis and object store. */
export function webhooksCommand(): Command {
  return new Command('webhooks')
    .description('look after the notices that jobs have ended')
    .addCommand(secretCommand())
    .addCommand(listCommand())
    .addCommand(replayCommand())
    .addCommand(enableCommand());
}

function secretCommand(): Command {
  return new Command('secret')
    .description(
      'print what a tenant verifies its notices with; several, the newest first, while the key is replaced',
    )
    .requiredOption('--tenant <name>', 'whose')
    .option('--json', 'print as JSON')
    .action(({ tenant, json }: Json & { tenant: string }) => {
      const secrets = webhookKeys().map((key) => shownSecret(tenantSecret(key, tenant)));
      console.log(json === true ? JSON.stringify({ tenant, secrets }) : secrets.join('\n'));
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('print the notices that were given up, or the targets that want no more')
    .addOption(new Option('--dead', 'notices that were given up').conflicts('disabled'))
    .addOption(new Option('--disabled', 'targets that answered 410 Gone'))
    .option('--json', 'print as JSON')
    .action(async ({ disabled, json }: Json & { disabled?: true }) => {
      const found = disabled === true ? await disabledTargets() : await deadNotices();
      if (json === true) console.log(JSON.stringify(found));
      else for (const one of found) console.log(Object.values(one).join('\t'));
    });
}

function replayCommand(): Command {
  return new Command('replay')
    .description('send the notices of jobs once more; targets know them by their ids')
    .argument('[job...]', 'job ids')
    .option('--failed', 'all that were given up')
    .option('--json', 'print as JSON')
    .action(async (jobIds: string[], { failed, json }: Json & { failed?: true }) => {
      if ((jobIds.length === 0) !== (failed === true)) throw oneOrTheOther();
      const replayed = await withService(async (parts) =>
        failed === true ? replayDead(parts) : replayJobs(jobIds, parts),
      );
      if (json === true) console.log(JSON.stringify(replayed));
      else for (const { jobId } of replayed) console.log(jobId);
    });
}

function enableCommand(): Command {
  return new Command('enable')
    .description('let a target have notices again; those that it missed wait for replay --failed')
    .argument('<url>', 'the target, as list --disabled prints it')
    .requiredOption('--tenant <name>', 'whose')
    .action(async (target: string, { tenant }: { tenant: string }) => {
      using targets = await DisabledTargets.open(operatorConfig());
      const url = URL.parse(target);
      if (url !== null && (await targets.remove(tenant, url))) return;
      throw new HepastageError(ErrorCode.INVALID_REQUEST, {
        what: 'no such target of the tenant is disabled',
        action: 'compare it with what list --disabled prints',
      });
    });
}

async function disabledTargets() {
  using targets = await DisabledTargets.open(operatorConfig());
  return targets.list();
}

async function deadNotices() {
  return withService(async ({ notices }) =>
    (await notices.dead()).map(({ tenant, jobId, reason, at }) => ({
      tenant,
      jobId,
      reason,
      at: at.toISOString(),
    })),
  );
}

function oneOrTheOther(): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'it takes job ids, or --failed, and not both',
    action: 'see --help',
  });
}
