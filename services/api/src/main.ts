import { randomBytes, randomUUID } from 'node:crypto';
import { uidHasher } from '@hepastage/dicom';
import {
  askedToStop,
  createLogger,
  createRegistry,
  type Logger,
  openArrivals,
  openObjectStore,
  openStatusStore,
  openStudyQueue,
  parseConfig,
} from '@hepastage/platform';
import { buildApp } from './app.ts';
import { type ApiConfig, apiSettings, checkConfig } from './config.ts';
import type { ApiDeps } from './deps.ts';
import { closeArrivalAsSaid } from './door/close-arrival.ts';
import { Lifecycle } from './lifecycle.ts';
import { readModelCatalogue } from './model-catalogue.ts';
import { stopServing } from './serve.ts';

const service = 'api';

async function main(): Promise<void> {
  const config = checkConfig(parseConfig(apiSettings, process.env));
  const logger = createLogger(service, config.logLevel);
  await using opened = new AsyncDisposableStack();
  const deps = await openDeps(config, logger, opened);
  await deps.arrivals.closeQuiet(
    async (arrival, said) => void (await closeArrivalAsSaid(arrival, said, deps)),
  );
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
  const arrivals = opened.adopt(await openArrivals({ ...config, logger }), async (it) => it.shutDown());
  const uidKey = config.uidKey ?? makeUidKey(logger);
  return {
    config,
    logger,
    registry: createRegistry(service),
    store,
    status,
    queue,
    arrivals,
    models: await readModelCatalogue(config.models),
    lifecycle: new Lifecycle(),
    clock: () => new Date(),
    uidHasherOf: (tenant) => uidHasher(uidKey, tenant),
    newJobId: randomUUID,
  };
}

/** Without a key that stays, UIDs are hashed differently after each start. */
function makeUidKey(logger: Logger): string {
  logger.warn(
    'HEPASTAGE_UID_KEY is not set: DICOM studies will not be found again by their UIDs after a restart',
  );
  return randomBytes(32).toString('hex');
}

try {
  await main();
} catch (error) {
  createLogger(service, 'error').fatal({ err: error }, 'the API ends');
  process.exitCode = 1;
}
