import { askedToStop, createLogger, type Logger, parseConfig } from '@hepastage/platform';
import { aThreadHangs } from '@hepastage/staging';
import { type WorkerConfig, workerConfig } from './config.ts';
import { type RunningWorker, startWorker } from './worker.ts';

const service = 'worker';

async function main(config: WorkerConfig, logger: Logger): Promise<number> {
  const worker = await startWorker(config, logger);
  const fault = await Promise.race([askedToStop(), worker.broken]);
  if (typeof fault === 'string') logger.info({ signal: fault }, 'shutting down');
  else
    logger.fatal(
      { err: fault },
      'inference does not work any more: this worker leaves, its studies go to another',
    );
  const isClean = await stops(worker, logger);
  return isClean && typeof fault === 'string' ? 0 : 1;
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

/**
 * Timers of a queue client whose Redis is down would keep the process for ever. No graph runs any more, because ending during a run aborts the process; unless one hangs:
 * an exit would wait for it.
 */
function end(exitCode: number): void {
  if (!aThreadHangs()) process.exit(exitCode);
  process.kill(process.pid, 'SIGKILL');
  // Still here: the first process of a container cannot be killed from within, but it can crash.
  process.abort();
}

let logger = createLogger(service, 'error');
try {
  const config = parseConfig(workerConfig, process.env);
  logger = createLogger(service, config.logLevel);
  end(await main(config, logger));
} catch (error) {
  logger.fatal({ err: error }, 'did not start');
  end(1);
}
