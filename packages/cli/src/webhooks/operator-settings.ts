import { createLogger, parseConfig, sharedSettings } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { webhookSettings } from '@hepastage/webhooks';
import { Type } from 'typebox';

/** Settings of whoever looks after webhooks: those of the API, from the same variables. */
const settings = Type.Object({ ...sharedSettings, webhookKey: webhookSettings.webhookKey });

/** What connects to the service's Redis and object store. Throws INVALID_CONFIG. */
export function operatorSettings() {
  return { ...parseConfig(settings, process.env), logger: createLogger('cli', 'silent') };
}

/** Keys that the tenants' secrets are derived from, the newest first. Throws INVALID_CONFIG. */
export function webhookKeys(): readonly string[] {
  const { webhookKey } = operatorSettings();
  if (webhookKey !== undefined) return webhookKey;
  throw new HepastageError(ErrorCode.INVALID_CONFIG, {
    what: 'HEPASTAGE_WEBHOOK_KEY is not set: there are no secrets without it',
    where: 'environment',
    action: 'set the variable as the API has it',
  });
}
