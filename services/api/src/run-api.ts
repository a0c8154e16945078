import { randomBytes, randomUUID } from 'node:crypto';
import { AuditLog } from '@hepastage/access';
import { uidHasher } from '@hepastage/dicom';
import { closeArrivalAsSaid } from '@hepastage/jobs';
import {
  connectRedis,
  createLogger,
  createRegistry,
  Locks,
  type Logger,
  openArrivals,
  openObjectStore,
  openStatusStore,
  openStudyQueue,
  openTracing,
  parseConfig,
  unlessAborted,
} from '@hepastage/platform';
import { NoticeQueue, type NoticeSender } from '@hepastage/webhooks';
import type { FastifyInstance } from 'fastify';
import { openAccess } from './access/open-access.ts';
import { Admission } from './admission/admission.ts';
import { buildApp } from './app.ts';
import { type ApiConfig, apiSettings, checkConfig } from './config.ts';
import type { ApiDeps } from './deps.ts';
import { startSweeper } from './jobs/start-sweeper.ts';
import { Lifecycle } from './lifecycle.ts';
import { readModelCatalogue } from './model-catalogue.ts';
import { stopServing } from './serve.ts';
import { startSender } from './webhooks/start-sender.ts';

const service = 'api';

const clock = () => new Date();

/** Runs the API until it is asked to stop. Asked before it listens, it serves nobody. */
export async function runApi(asked: Promise<NodeJS.Signals>): Promise<void> {
  try {
    await run(asked);
  } catch (error) {
    createLogger(service, 'error').fatal({ err: error }, 'the API ends');
    process.exitCode = 1;
  }
}

async function run(asked: Promise<NodeJS.Signals>): Promise<void> {
  const stopping = new AbortController();
  void asked.then((signal) => stopping.abort(signal));
  const config = checkConfig(parseConfig(apiSettings, process.env));
  const logger = createLogger(service, config.logLevel);
  await using opened = new AsyncDisposableStack();
  const preparing = prepare(config, logger, opened);
  const prepared = await unlessAborted(preparing, stopping.signal).catch(async (error: unknown) => {
    if (!stopping.signal.aborted) throw error;
    logger.info({ signal: await asked }, 'asked to stop before it had started');
    await opened.disposeAsync();
    // What was being opened, and is not yet, would keep the process.
    process.exit(0);
  });
  await serve(prepared, asked);
}

interface Prepared {
  readonly app: FastifyInstance;
  readonly deps: ApiDeps;
  readonly sender: NoticeSender;
}

/** All that comes before it listens. */
async function prepare(config: ApiConfig, logger: Logger, opened: AsyncDisposableStack): Promise<Prepared> {
  const deps = await openDeps(config, logger, opened);
  await deps.arrivals.closeQuiet(
    async (arrival, said) => void (await closeArrivalAsSaid(arrival, said, deps)),
  );
  const app = await buildApp(deps);
  opened.use(startSweeper(deps));
  const sender = opened.adopt(await startSender(deps), async (it) => it.stop(0));
  return { app, deps, sender };
}

async function serve({ app, deps, sender }: Prepared, asked: Promise<NodeJS.Signals>): Promise<void> {
  const { config, logger, store, models } = deps;
  // For `localhost` Fastify would make a second server, which neither limits nor renewed certificates would reach.
  const host = config.host === 'localhost' ? '127.0.0.1' : config.host;
  const address = await app.listen({ host, port: config.port });
  const operations = await app.listenForOperations();
  logger.info({ address, operations, store: store.description, models: models.length }, 'listening');
  const signal = await asked;
  logger.info({ signal }, 'stopping');
  await Promise.all([stopServing(app, deps), sender.stop(config.shutdownMsMax)]);
  logger.info('stopped');
}

/** Opens what the app needs; `opened` closes it again, last first. */
async function openDeps(config: ApiConfig, logger: Logger, opened: AsyncDisposableStack): Promise<ApiDeps> {
  const { tracer } = opened.adopt(await openTracing(service, config, logger), async (it) => it.close());
  const store = opened.adopt(openObjectStore(config), async (it) => it.close());
  const status = opened.adopt(
    await openStatusStore({ ...config, patience: 'fail-fast', logger }),
    async (it) => it.close(),
  );
  const queue = opened.adopt(await openStudyQueue({ ...config, logger }), async (it) => it.close());
  const arrivals = opened.adopt(await openArrivals({ ...config, logger }), async (it) => it.shutDown());
  const redis = opened.adopt(await connectRedis(config, 'fail-fast', logger), (it) => it.disconnect());
  const locks = opened.adopt(await Locks.open({ ...config, logger }), async (it) => it.close());
  const notices = opened.adopt(
    await NoticeQueue.open({ ...config, patience: 'fail-fast', logger }),
    async (it) => it.close(),
  );
  const admission = opened.use(new Admission({ config, queue, store, logger }));
  admission.watch();
  const uidKey = config.uidKey ?? makeUidKey(logger);
  return {
    ...openAccess({ config, store, redis, clock, logger }),
    config,
    logger,
    registry: createRegistry(service),
    tracer,
    store,
    status,
    queue,
    arrivals,
    locks,
    audit: new AuditLog(store, clock),
    admission,
    onEnded: async (job) => notices.add(job),
    forget: async ({ jobId }) => notices.remove(jobId),
    models: await readModelCatalogue(config.models),
    lifecycle: new Lifecycle(),
    clock,
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
