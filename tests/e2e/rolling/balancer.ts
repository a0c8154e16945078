import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../api/eventually.ts';

/** How often each replica is asked whether it is ready, ms: an endpoint controller knows later than the replica, and this one does, too. */
const probePauseMs = 200;
const probeMsMax = 2_000;

interface Target {
  readonly port: number;
  isReady: boolean;
  isRemoved: boolean;
  connections: number;
}

/**
 * A Service of Kubernetes in small: new connections go to the replicas that were ready when they were last asked, in turn, and those that are there stay where they are.
 * It looks at no byte, hides no failure and tries nothing twice.
 */
export class Balancer implements AsyncDisposable {
  readonly #targets = new Map<string, Target>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ allowHalfOpen: true }, (client) => this.#serve(client));
  #turn = 0;

  static async start(): Promise<Balancer> {
    const balancer = new Balancer();
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that each replica has had. */
  connections(): number[] {
    return [...this.#targets.values()].map(({ connections }) => connections);
  }

  /** Takes a replica in. Resolves once it gets connections. */
  async add(url: string): Promise<void> {
    const target = { port: Number(new URL(url).port), isReady: false, isRemoved: false, connections: 0 };
    this.#targets.set(url, target);
    void this.#follow(target);
    await eventually(async () => target.isReady, true);
  }

  /** Forgets a replica that has ended. */
  remove(url: string): void {
    const target = this.#targets.get(url);
    if (target !== undefined) Object.assign(target, { isReady: false, isRemoved: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const url of this.#targets.keys()) this.remove(url);
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  async #follow(target: Target): Promise<void> {
    while (!target.isRemoved) {
      const isReady = await saysReady(target.port);
      target.isReady = isReady && !target.isRemoved;
      await delay(probePauseMs);
    }
  }

  #serve(client: Socket): void {
    this.#keep(client);
    const ready = [...this.#targets.values()].filter(({ isReady }) => isReady);
    const target = ready[this.#turn++ % ready.length];
    if (target === undefined) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    target.connections++;
    const replica = connect({ port: target.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.#keep(replica);
    client.pipe(replica);
    replica.pipe(client);
    // A reset is passed on as one.
    replica.on('error', () => client.resetAndDestroy());
    client.on('error', () => replica.resetAndDestroy());
    replica.on('close', () => client.destroySoon());
    client.on('close', () => replica.destroySoon());
  }

  #keep(socket: Socket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** As a kubelet asks: over a connection of its own. */
async function saysReady(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(probeMsMax);
    const asking = http.get({ host: '127.0.0.1', port, path: '/readyz', agent: false, signal });
    const [answer] = (await once(asking, 'response')) as [http.IncomingMessage];
    answer.resume();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}
