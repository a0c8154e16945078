import { ErrorCode, HepastageError } from '@hepastage/proto';
import { TargetGuard } from '@hepastage/webhooks';
import type { ApiConfig } from '../config.ts';

/** Refuses what is sure not to be called; where a host's name leads is looked at when it is. Throws INVALID_WEBHOOK. */
export function checkWebhook(
  webhook: string,
  { webhookKey, webhookAllowedTargets }: Pick<ApiConfig, 'webhookKey' | 'webhookAllowedTargets'>,
): void {
  if (webhook === '') return;
  const where = 'part metadata';
  if (webhookKey === undefined) {
    throw new HepastageError(ErrorCode.INVALID_WEBHOOK, {
      what: 'this service calls no webhooks: none are configured',
      where: `${where}, webhook`,
      action: 'leave the webhook out, and poll the job',
    });
  }
  try {
    new TargetGuard(webhookAllowedTargets).check(webhook);
  } catch (error) {
    throw HepastageError.from(error).at(where);
  }
}
