import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

export interface S3Traffic {
  /** Requests by kind: `PUT`, `GET`, `LIST`, … */
  readonly requests: Readonly<Record<string, number>>;
  /** Bodies to and from the server. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Stands before an S3 server and counts what passes. */
export interface CountingProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** What has passed since it was asked last. */
  take(): S3Traffic;
}

export async function startCountingProxy(upstream: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(upstream);
  const agent = new Agent({ keepAlive: true });
  let counts = nothing();
  const server = createServer((incoming, response) => {
    const kind = kindOf(incoming);
    counts.requests[kind] = (counts.requests[kind] ?? 0) + 1;
    incoming.on('data', ({ length }: Buffer) => (counts.bytesIn += length));
    forward(incoming, response).catch(() => response.destroy());
  });
  const forward = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { method, url, headers } = incoming;
    // The signature covers the host header: it stays as the client wrote it.
    const onward = request({ hostname, port, method, path: url, headers, agent });
    const answered = once(onward, 'response') as Promise<[IncomingMessage]>;
    await pipeline(incoming, onward);
    const [answer] = await answered;
    answer.on('data', ({ length }: Buffer) => (counts.bytesOut += length));
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    await pipeline(answer, response);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = counts;
      counts = nothing();
      return taken;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      agent.destroy();
    },
  };
}

function nothing() {
  return { requests: {} as Record<string, number>, bytesIn: 0, bytesOut: 0 };
}

/** As S3 prices them: a GET of a bucket is a LIST. */
function kindOf({ method = '', url = '' }: IncomingMessage): string {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const isBucket = pathname.split('/').filter(Boolean).length <= 1;
  return method === 'GET' && (isBucket || searchParams.has('list-type')) ? 'LIST' : method;
}
