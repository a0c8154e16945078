import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import type { TargetGuard } from './target-guard.ts';

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly guard: TargetGuard;
  /** Ends all of it, the answer's body included. */
  readonly signal: AbortSignal;
}

/** What a target answered. */
export interface Answer {
  readonly status: number;
  /** Its Retry-After, as it stands there. */
  readonly retryAfter: string | undefined;
}

/** Most of an answer's body that is read, so that whoever sends it is not cut off, and dropped, bytes. */
const answerBytesMax = 64 * 1024;

/**
 * Posts JSON to a URL that the guard has checked. It follows no redirect, keeps no connection, uses no proxy (an agent of its own knows of none), and
 * connects only to addresses that the guard lets pass. Throws INVALID_WEBHOOK where there is none, or what went
 * wrong with the connection.
 */
export async function post(url: URL, { headers, body, guard, signal }: PostOptions): Promise<Answer> {
  const { request, Agent } = url.protocol === 'https:' ? https : http;
  const bytes = Buffer.from(body);
  const sending = request(url, {
    method: 'POST',
    agent: new Agent({ keepAlive: false }),
    lookup: guard.lookup,
    signal,
    // Whatever the environment says.
    rejectUnauthorized: true,
    headers: {
      ...headers,
      'content-type': 'application/json',
      'content-length': bytes.length,
      'user-agent': 'hepastage',
    },
  });
  // Also what comes after the answer: it changes nothing any more.
  sending.on('error', () => undefined);
  sending.end(bytes);
  answerUpgrades(sending);
  // The signal here, too: not all that ends a request is told by an event.
  const [answer] = (await once(sending, 'response', { signal })) as [IncomingMessage];
  await drop(answer);
  return { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] };
}

/**
 * Makes a change of protocol, which nobody asked for, an answer like others. Where nobody listens for one Node closes the connection, and tells nothing more
 * of the request.
 */
function answerUpgrades(sending: ClientRequest): void {
  sending.once('upgrade', (answer: IncomingMessage, socket: Duplex) => {
    socket.destroy();
    answer.destroy();
    sending.emit('response', answer);
  });
}

/** The status has said it all: a body that breaks off or does not end changes nothing. */
async function drop(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      bytes += (chunk as Buffer).length;
      if (bytes > answerBytesMax) break;
    }
  } catch {
    answer.destroy();
  }
}
