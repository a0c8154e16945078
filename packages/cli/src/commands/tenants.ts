import type { PolicyChange } from '@hepastage/access';
import { encodeJson, type TenantPolicy, TenantPolicySchema } from '@hepastage/proto';
import { Command } from 'commander';
import { withAccess } from '../access/with-access.ts';
import { wholeNumber } from '../whole-number-option.ts';

interface Json {
  readonly json?: true;
}

/** `hepastage tenants`: what tenants may, in the service's own object store. */
export function tenantsCommand(): Command {
  return new Command('tenants')
    .description('look at and set what tenants may')
    .addCommand(showCommand())
    .addCommand(setCommand());
}

function showCommand(): Command {
  return new Command('show')
    .description('print a tenant’s policy; 0 and empty mean the service’s default')
    .argument('<tenant>', 'name of the tenant')
    .option('--json', 'print as JSON')
    .action(async (tenant: string, { json }: Json) => {
      print(await withAccess(async ({ policies }) => policies.get(tenant)), json);
    });
}

function setCommand(): Command {
  const count = wholeNumber(0);
  return new Command('set')
    .description('change a tenant’s policy; services follow within HEPASTAGE_KEYS_REFRESH_SECONDS')
    .argument('<tenant>', 'name of the tenant')
    .option('--retention-days <days>', 'erase jobs so many days after they ended; 0: keep them', count)
    .option('--requests-per-minute <count>', 'most requests a minute; 0: the default', count)
    .option('--studies-per-day <count>', 'most accepted studies a day (UTC); 0: the default', count)
    .option('--mebibytes-per-day <count>', 'most accepted MiB a day (UTC); 0: the default', count)
    .option('--deduplicate', 'a study of the same content as one before is that job')
    .option('--no-deduplicate', 'every study is a job of its own')
    .option('--webhook <url>', 'tell this URL when a job has ended; empty: none')
    .option('--json', 'print the policy as JSON')
    .action(async (tenant: string, { json, ...change }: Json & PolicyChange) => {
      print(await withAccess(async ({ policies }) => policies.put(tenant, change)), json);
    });
}

function print(policy: TenantPolicy, json: true | undefined): void {
  const shown = encodeJson(TenantPolicySchema, policy);
  if (json === true) console.log(JSON.stringify(shown));
  else for (const [name, value] of Object.entries(shown)) console.log(`${name}  ${String(value)}`);
}
