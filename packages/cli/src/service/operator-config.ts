import { createLogger, parseConfig, sharedSettings, studySettings } from '@hepastage/platform';
import { webhookSettings } from '@hepastage/webhooks';
import { Type } from 'typebox';

/** Most of the index of a DICOM study, bytes: as the API's default. */
const indexBytesMax = 64 * 2 ** 20;

const settings = Type.Object({
  ...sharedSettings,
  filesMax: studySettings.filesMax,
  webhookKey: webhookSettings.webhookKey,
});

/** Settings of whoever looks after a service: those of the service, from the same variables. An operator at a prompt does not wait for a Redis that is away. Throws INVALID_CONFIG. */
export function operatorConfig() {
  return {
    ...parseConfig(settings, process.env),
    indexBytesMax,
    patience: 'fail-fast' as const,
    logger: createLogger('cli', 'silent'),
  };
}
