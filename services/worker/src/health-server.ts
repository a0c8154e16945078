import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from '@hepastage/platform';

export interface Health {
  /** Undefined when ready, else what is missing. */
  notReady(): string | undefined;
  readonly registry: Registry;
}

/** `/livez`, `/readyz` and `/metrics` of a worker: probes and scrapes are all that anyone asks it over HTTP. */
export async function startHealthServer(
  health: Health,
  host: string,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<[status: number, type: string, body: string]> => {
      switch (request.url) {
        case '/livez':
          return [200, 'text/plain', 'alive\n'];
        case '/readyz': {
          const missing = health.notReady();
          return missing === undefined ? [200, 'text/plain', 'ready\n'] : [503, 'text/plain', `${missing}\n`];
        }
        case '/metrics':
          return [200, health.registry.contentType, await health.registry.metrics()];
        default:
          return [404, 'text/plain', 'a worker has /livez, /readyz and /metrics\n'];
      }
    };
    answer().then(
      ([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: async () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
