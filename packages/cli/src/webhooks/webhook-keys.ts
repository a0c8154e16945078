import { ErrorCode, HepastageError } from '@hepastage/proto';
import { operatorConfig } from '../service/operator-config.ts';

/** Keys that the tenants' secrets are derived from, the newest first. Throws INVALID_CONFIG. */
export function webhookKeys(): readonly string[] {
  const { webhookKey } = operatorConfig();
  if (webhookKey !== undefined) return webhookKey;
  throw new HepastageError(ErrorCode.INVALID_CONFIG, {
    what: 'HEPASTAGE_WEBHOOK_KEY is not set: there are no secrets without it',
    where: 'environment',
    action: 'set the variable as the API has it',
  });
}
