import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Draw } from '../engine/draw.ts';
import { inChunks } from './chunks.ts';
import { split } from './http-request.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** How a case ends its side of the connection. */
export type Ending = 'waits' | 'finishes' | 'vanishes';

/** Longer than the API's own patience with a silent upload, ms. */
const patienceMs = 1_000;

/**
 * Sends bytes as they are, and returns what is answered. Undefined: the connection was closed without a word. `finishes` says that nothing more will come,
 * for what the server would wait for; `vanishes` resets the connection.
 */
export async function exchange(
  url: string,
  request: Uint8Array,
  ending: Ending,
  draw: Draw,
): Promise<Answer | undefined> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received = '';
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
    if (readAnswer(received) !== undefined) resolve();
  });
  // A reset says no more than a closed connection.
  socket.on('error', () => undefined).on('close', () => resolve());
  try {
    await Promise.race([once(socket, 'connect'), answered]);
    for await (const chunk of inChunks(request, draw, 8)) {
      if (!(await sent(socket, chunk))) break;
    }
    if (ending === 'vanishes') {
      socket.resetAndDestroy();
      return undefined;
    }
    if (ending === 'finishes') socket.end();
    // A sound request is answered however long that takes.
    if (isFramed(request)) await answered;
    else await orGivenUp(answered, socket);
    return readAnswer(received);
  } finally {
    socket.destroy();
  }
}

/** As a client that has waited long enough: the server may wait longer, for what the request says that there is more. */
async function orGivenUp(answered: Promise<void>, socket: Socket): Promise<void> {
  const timer = setTimeout(() => socket.end(), patienceMs);
  await answered;
  clearTimeout(timer);
}

/** Whether there is somebody left to send to. */
async function sent(socket: Socket, chunk: Buffer): Promise<boolean> {
  if (!socket.writable) return false;
  if (socket.write(chunk)) return true;
  // A server that has refused a request may close before it is sent.
  return Promise.race([once(socket, 'drain'), once(socket, 'close')]).then(
    () => socket.writable,
    () => false,
  );
}

/** The first answer that is not provisional, once it is whole. */
function readAnswer(received: string): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [line = '', ...lines] = received.slice(0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1]);
  const rest = received.slice(end + 4);
  if (status >= 100 && status < 200) return readAnswer(rest);
  const headers = new Map(
    lines.map((header) => [
      header.split(':', 1)[0]!.toLowerCase(),
      header.slice(header.indexOf(':') + 1).trim(),
    ]),
  );
  const bytes = Number(headers.get('content-length') ?? 0);
  if (rest.length < bytes) return undefined;
  return { status, contentType: headers.get('content-type') ?? '', body: rest.slice(0, bytes) };
}

/** Whether a request is framed as HTTP demands: such a one is answered, whatever its body is. */
export function isFramed(request: Uint8Array): boolean {
  const { head = [], body = new Uint8Array(0) } = split(request) ?? {};
  const lengths = head.filter((line) => /^content-length:/i.test(line));
  const wanted = ['POST /v1/studies HTTP/1.1', 'POST /dicomweb/studies HTTP/1.1'].includes(head[0] ?? '');
  const plain = head
    .slice(1)
    .every(
      (line) =>
        /^[A-Za-z-]+: [\x20-\x7e]{1,300}$/.test(line) && !/^(transfer-encoding|expect|upgrade)/i.test(line),
    );
  const hosts = head.filter((line) => /^host:/i.test(line));
  return (
    wanted &&
    plain &&
    hosts.length === 1 &&
    lengths.length === 1 &&
    lengths[0] === `Content-Length: ${body.length}`
  );
}

/** Whether the server may wait for more: its head does not end, or its body is shorter than it says. */
export function isCutShort(request: Uint8Array): boolean {
  const parts = split(request);
  if (parts === undefined) return true;
  const length = parts.head.find((line) => /^content-length:/i.test(line));
  return length !== undefined && parts.body.length < Number(length.slice(length.indexOf(':') + 1));
}
