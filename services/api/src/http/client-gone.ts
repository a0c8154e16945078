import type { FastifyReply } from 'fastify';

/**
 * Aborts when the connection closes before the answer is out. (`request.signal` is no use for that: it aborts as soon as the body has been read.)
 */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // It may have gone while its credentials or its quota were looked up.
  if (reply.raw.closed) controller.abort();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
