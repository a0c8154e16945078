import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real target of webhooks on loopback, which keeps what it gets. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
}

/** `answer` is called for each request, with how many came before it. */
export async function startReceiver(
  answer: (response: ServerResponse, earlier: number) => void = (response) => void response.end(),
  port = 0,
): Promise<Receiver> {
  const received: Received[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = request;
    received.push({ method, path, headers, body: await text(request) });
    answer(response, received.length - 1);
  };
  // A sender that breaks off has sent nothing.
  const server = createServer((request, response) => void take(request, response).catch(() => undefined));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const used = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${used}/hook`,
    port: used,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
