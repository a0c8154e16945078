import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from './deps.ts';

/** Whom to tell, and what to wait for, when the process is asked to end. */
type ShutdownDeps = Pick<ApiDeps, 'config' | 'lifecycle' | 'logger'>;

/** From when requests in flight are given up until their connections are closed, ms: an upload takes back what it wrote, and its client hears that it should come again. */
const partingMs = 2_000;

/**
 * Stops in bounded time: not ready → (for `drainMs`, so that load balancers notice) → no new connections, requests in flight finish
 * → uploads that are left after `shutdownMsMax` are refused → what is left a little later is cut off.
 */
export async function stopServing(
  app: FastifyInstance,
  { config, lifecycle, logger }: ShutdownDeps,
): Promise<void> {
  lifecycle.stop();
  await delay(config.drainMs);
  const givingUp = setTimeout(() => {
    logger.warn('requests in flight are given up');
    lifecycle.giveUp();
  }, config.shutdownMsMax);
  const cuttingOff = setTimeout(() => app.cutOff(), config.shutdownMsMax + partingMs);
  try {
    await app.close();
  } finally {
    clearTimeout(givingUp);
    clearTimeout(cuttingOff);
  }
}
