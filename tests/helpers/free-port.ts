import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * As many distinct loopback ports as asked for, free at the time of asking. The system hands them out in turn, so two processes
 * hardly ever get the same; a server that finds its port taken all the same is started again by `startLocalProgram`.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
    return address.port;
  });
  await Promise.all(
    servers.map(async (server) => {
      server.close();
      await once(server, 'close');
    }),
  );
  return ports;
}
