import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

export interface LingerLimits {
  readonly lingerBytesMax: number;
  readonly lingerMsMax: number;
}

/** Whether the client may still be sending the body of its request. */
export function isStillSending(request: IncomingMessage): boolean {
  const { headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && !request.readableEnded && !request.destroyed;
}

/**
 * A response body for a request that was refused before its own body had ended. It is out at once, but does not end before the client
 * has stopped sending or the limits are reached: closing a socket that still receives makes the kernel send a reset, and the client would
 * see that instead of the response. Needs a Content-Length, so that the client knows the body to be whole.
 */
export function lingeringBody(body: string, request: IncomingMessage, limits: LingerLimits): Readable {
  return Readable.from(bodyThenDrain(body, request, limits));
}

async function* bodyThenDrain(body: string, request: IncomingMessage, limits: LingerLimits) {
  yield body;
  await drain(request, limits);
}

async function drain(request: IncomingMessage, { lingerBytesMax, lingerMsMax }: LingerLimits): Promise<void> {
  if (!isStillSending(request)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  let received = 0;
  const discard = (chunk: Buffer) => {
    received += chunk.length;
    if (received > lingerBytesMax) resolve();
  };
  const timer = setTimeout(resolve, lingerMsMax);
  request.unpipe();
  request.on('data', discard).once('end', resolve).once('close', resolve).once('error', resolve);
  // What was piped stays paused when it no longer is.
  request.resume();
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    request.pause();
    request.off('data', discard).off('end', resolve).off('close', resolve);
  }
}
