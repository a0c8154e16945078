import { auditEntries, verifyAudit } from '@hepastage/access';
import type { ObjectStore } from '@hepastage/platform';
import { AuditEntrySchema, encodeJson } from '@hepastage/proto';
import { Command } from 'commander';
import { withStore } from '../service/with-store.ts';

interface Options {
  readonly tenant?: string;
  readonly head?: string;
  readonly job?: string;
  readonly json?: true;
}

const folder = 'audit/';

/** `hepastage audit`: who did what to which job. It works on the service's own object store. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('read the audit log, and prove that it is whole')
    .addCommand(verifyCommand())
    .addCommand(listCommand());
}

function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'prove that nothing was changed or taken out; note the head that it prints somewhere else, and pass it the next time: then nothing can have been cut off either',
    )
    .option('--tenant <name>', 'the log of one tenant')
    .option('--head <sha256>', 'with --tenant: the head that was printed before')
    .option('--json', 'print as JSON lines')
    .action(async ({ tenant, head, json }: Options) => {
      await withStore(async (store) => {
        for (const one of await tenantsOf(store, tenant)) {
          const { entries, head: found } = await verifyAudit(
            store,
            one,
            tenant === undefined ? undefined : head,
          );
          if (json === true) console.log(JSON.stringify({ tenant: one, entries, head: found.sha256 }));
          else console.log(`${one}: ${entries} entries, whole; head ${found.sha256}`);
        }
      });
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('print it, oldest first, each object of it proven on the way')
    .option('--tenant <name>', 'the log of one tenant')
    .option('--job <id>', 'only what was done to this job')
    .option('--json', 'print as JSON lines')
    .action(async ({ tenant, job, json }: Options) => {
      await withStore(async (store) => {
        for (const one of await tenantsOf(store, tenant)) {
          for await (const entry of auditEntries(store, one)) {
            if (job !== undefined && entry.jobId !== job) continue;
            const shown = encodeJson(AuditEntrySchema, entry) as Record<string, string>;
            if (json === true) console.log(JSON.stringify({ tenant: one, ...shown }));
            else
              console.log(
                [shown['at'], one, shown['actor'], shown['action'], shown['jobId'], shown['target']]
                  .filter(Boolean)
                  .join('  '),
              );
          }
        }
      });
    });
}

async function tenantsOf(store: ObjectStore, tenant: string | undefined): Promise<string[]> {
  return tenant === undefined ? Array.fromAsync(store.folders(folder)) : [tenant];
}
