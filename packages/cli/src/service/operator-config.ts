import { reconcileSettings } from '@hepastage/jobs';
import { createLogger, parseConfig, sharedSettings, studySettings } from '@hepastage/platform';
import { webhookSettings } from '@hepastage/webhooks';
import { Type } from 'typebox';

const settings = Type.Object({
  ...sharedSettings,
  ...reconcileSettings,
  filesMax: studySettings.filesMax,
  webhookKey: webhookSettings.webhookKey,
});

/** Settings of whoever looks after a service: those of the service, from the same variables. An operator at a prompt does not wait for a Redis that is away. Throws INVALID_CONFIG. */
export function operatorConfig() {
  return {
    ...parseConfig(settings, process.env),
    patience: 'fail-fast' as const,
    logger: createLogger('cli', 'silent'),
  };
}
