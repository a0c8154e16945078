import { createLogger, type Logger, parseConfig } from '@hepastage/platform';
import { aThreadHangs } from '@hepastage/staging';
import { type WorkerConfig, workerConfig } from './config.ts';
import { type RunningWorker, startWorker } from './worker.ts';

const service = 'worker';

/** Runs a worker until it is asked to stop, or inference breaks, and ends the process. Asked while it starts, it takes no work at all. */
export async function runWorker(asked: Promise<NodeJS.Signals>): Promise<void> {
  const stopping = new AbortController();
  void asked.then((signal) => stopping.abort(signal));
  let logger = createLogger(service, 'error');
  try {
    const config = parseConfig(workerConfig, process.env);
    logger = createLogger(service, config.logLevel);
    const worker = await startUnlessAsked(config, logger, stopping.signal);
    end(worker === undefined ? 0 : await runToEnd(worker, asked, logger));
  } catch (error) {
    logger.fatal({ err: error }, 'did not start');
    end(1);
  }
}

/** Undefined: it was asked to stop meanwhile, and has closed what it had opened. */
async function startUnlessAsked(
  config: WorkerConfig,
  logger: Logger,
  stopping: AbortSignal,
): Promise<RunningWorker | undefined> {
  try {
    return await startWorker(config, logger, stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
    logger.info({ signal: stopping.reason as NodeJS.Signals }, 'asked to stop before it had started');
    return undefined;
  }
}

/** Returns the exit code. */
async function runToEnd(
  worker: RunningWorker,
  asked: Promise<NodeJS.Signals>,
  logger: Logger,
): Promise<number> {
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
