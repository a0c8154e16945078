import { randomUUID } from 'node:crypto';
import {
  askedToStop,
  createLogger,
  createRegistry,
  type Logger,
  openObjectStore,
  openStatusStore,
  openStudyQueue,
  parseConfig,
} from '@hepastage/platform';
import { buildApp } from './app.ts';
import { type ApiConfig, apiSettings, checkConfig } from './config.ts';
import type { ApiDeps } from './deps.ts';
import { Lifecycle } from './lifecycle.ts';
import { readModelCatalogue } from './model-catalogue.ts';
import { stopServing } from './serve.ts';

const service = 'api';

async function main(): Promise<void> {
  const config = checkConfig(parseConfig(apiSettings, process.env));
  const logger = createLogger(service, config.logLevel);
  await using opened = new AsyncDisposableStack();
  const deps = await openDeps(config, logger, opened);
  const app = await buildApp(deps);
  const address = await app.listen({ host: config.host, port: config.port });
  logger.info({ address, store: deps.store.description, models: deps.models.length }, 'listening');
  const signal = await askedToStop();
  logger.info({ signal }, 'stopping');
  await stopServing(app, deps);
  logger.info('stopped');
}

/** Opens what the app needs; `opened` closes it again, last first. */
async function openDeps(config: ApiConfig, logger: Logger, opened: AsyncDisposableStack): Promise<ApiDeps> {
  const store = opened.adopt(openObjectStore(config), async (it) => it.close());
  const status = opened.adopt(
    await openStatusStore({ ...config, patience: 'fail-fast', logger }),
    async (it) => it.close(),
  );
  const queue = opened.adopt(await openStudyQueue({ ...config, logger }), async (it) => it.close());
  return {
    config,
    logger,
    registry: createRegistry(service),
    store,
    status,
    queue,
    models: await readModelCatalogue(config.models),
    lifecycle: new Lifecycle(),
    clock: () => new Date(),
    newJobId: randomUUID,
  };
}

try {
  await main();
} catch (error) {
  createLogger(service, 'error').fatal({ err: error }, 'the API ends');
  process.exitCode = 1;
}
