import { createLogger, type Logger, parseConfig } from '@hepastage/platform';
import { type WorkerConfig, workerConfig } from './config.ts';
import { type RunningWorker, startWorker } from './worker.ts';

const service = 'worker';

async function main(config: WorkerConfig, logger: Logger): Promise<number> {
  const asked = askedToStop();
  const worker = await startWorker(config, logger);
  const fault = await Promise.race([asked, worker.broken]);
  if (typeof fault === 'string') logger.info({ signal: fault }, 'shutting down');
  else
    logger.fatal(
      { err: fault },
      'inference does not work any more: this worker leaves, its studies go to another',
    );
  const isClean = await stops(worker, logger);
  return isClean && typeof fault === 'string' ? 0 : 1;
}

/** Resolves at SIGTERM or SIGINT. Ctrl+C may come twice, from the terminal and from whoever started us: only the first counts. */
async function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((told) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, told);
  });
}

async function stops(worker: RunningWorker, logger: Logger): Promise<boolean> {
  try {
    await worker.stop();
    return true;
  } catch (error) {
    logger.error({ err: error }, 'did not shut down cleanly');
    return false;
  }
}

let logger = createLogger(service, 'error');
try {
  const config = parseConfig(workerConfig, process.env);
  logger = createLogger(service, config.logLevel);
  // Timers of a queue client whose Redis is down would keep the process for ever. No graph runs any more: ending during one aborts the process.
  process.exit(await main(config, logger));
} catch (error) {
  logger.fatal({ err: error }, 'did not start');
  process.exitCode = 1;
}
