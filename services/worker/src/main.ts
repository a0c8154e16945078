import { createLogger, parseConfig } from '@hepastage/platform';
import { workerConfig } from './config.ts';
import { startWorker } from './worker.ts';

const logger = createLogger('worker', process.env['HEPASTAGE_LOG_LEVEL'] || 'info');
try {
  const worker = await startWorker(parseConfig(workerConfig, process.env), logger);
  const stop = (signal: string) => {
    logger.info({ signal }, 'shutting down');
    worker.stop().catch((error: unknown) => {
      logger.error({ err: error }, 'did not shut down cleanly');
      process.exitCode = 1;
    });
  };
  // Ctrl+C may come twice, from the terminal and from whoever started us.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
} catch (error) {
  logger.fatal({ err: error }, 'did not start');
  process.exitCode = 1;
}
