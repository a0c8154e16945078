import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from './deps.ts';

/** Whom to tell, and what to wait for, when the process is asked to end. */
type ShutdownDeps = Pick<ApiDeps, 'config' | 'lifecycle' | 'logger'>;

/**
 * Stops in bounded time: not ready → (for `drainMs`, so that load balancers notice) → no new connections, requests in flight finish
 * → what is left after `shutdownMsMax` is cut off.
 */
export async function stopServing(
  app: FastifyInstance,
  { config, lifecycle, logger }: ShutdownDeps,
): Promise<void> {
  lifecycle.stop();
  await delay(config.drainMs);
  const cutOff = setTimeout(() => {
    logger.warn('requests in flight are cut off');
    app.server.closeAllConnections();
  }, config.shutdownMsMax);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
  }
}
