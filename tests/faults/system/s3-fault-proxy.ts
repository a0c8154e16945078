import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as requestOf,
  type Server,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { freePorts } from '../../helpers/free-port.ts';
import { cut, throttle } from './broken-streams.ts';

/** What is wrong with the way to the S3 server, or with the server. `share`: of the requests, 0 to 1. */
export type S3Fault =
  | { readonly kind: 'none' }
  /** Nobody listens. */
  | { readonly kind: 'refuse' }
  /** Requests are taken and never answered; their connections break when the fault ends. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** 500 or 503, with nothing done. */
  | { readonly kind: 'error'; readonly share: number }
  /** The connection breaks in the middle of the answer. */
  | { readonly kind: 'cut-responses'; readonly share: number }
  /** The connection breaks in the middle of the request. */
  | { readonly kind: 'cut-requests'; readonly share: number }
  /** All is done as asked, and the connection breaks before the answer. */
  | { readonly kind: 'lose-answers'; readonly share: number };

/** Headers that are between two neighbours. */
const hopHeaders = new Set(['connection', 'keep-alive', 'expect']);

/** Stands between the services and an S3 server, and breaks what passes. */
export class S3FaultProxy implements AsyncDisposable {
  readonly endpoint: string;
  readonly #upstream: URL;
  readonly #port: number;
  readonly #random: () => number;
  readonly #server: Server;
  #fault: S3Fault = { kind: 'none' };
  /** Connections that hang. */
  readonly #hanging = new Set<ServerResponse>();

  private constructor(upstream: string, port: number, random: () => number) {
    this.#upstream = new URL(upstream);
    this.#port = port;
    this.#random = random;
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#server = createServer((request, response) => {
      this.#pass(request, response).catch(() => response.destroy());
    });
  }

  static async start(upstream: string, random: () => number): Promise<S3FaultProxy> {
    const [port] = await freePorts(1);
    const proxy = new S3FaultProxy(upstream, port!, random);
    await proxy.#listen();
    return proxy;
  }

  /** From now on that is wrong, and nothing else. */
  async set(fault: S3Fault): Promise<void> {
    this.#fault = fault;
    for (const response of this.#hanging) response.destroy();
    this.#hanging.clear();
    if (fault.kind === 'refuse') await this.#close();
    else if (!this.#server.listening) await this.#listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const response of this.#hanging) response.destroy();
    await this.#close();
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async #close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#fault;
    const isHit = 'share' in fault && this.#random() < fault.share;
    if (fault.kind === 'hang') {
      this.#hanging.add(response);
      request.resume();
      return;
    }
    if (fault.kind === 'error' && isHit) {
      refuse(request, response, this.#random() < 0.5 ? 500 : 503);
      return;
    }
    const bytesPerSecond = fault.kind === 'slow' ? fault.bytesPerSecond : Number.POSITIVE_INFINITY;
    const answer = this.#forward(
      request,
      bytesPerSecond,
      fault.kind === 'cut-requests' && isHit ? this.#random() : undefined,
    );
    const { statusCode = 502, rawHeaders, headers, stream } = await answer;
    if (fault.kind === 'lose-answers' && isHit) {
      await stream.resume().toArray();
      response.destroy();
      return;
    }
    response.writeHead(statusCode, withoutHopHeaders(rawHeaders));
    const cutAt =
      fault.kind === 'cut-responses' && isHit
        ? Math.floor(this.#random() * Number(headers['content-length'] ?? 1))
        : undefined;
    await pipeline(stream, throttle(bytesPerSecond), cut(cutAt), response);
  }

  /** Sends the request on, whole or up to a share of its body. */
  async #forward(request: IncomingMessage, bytesPerSecond: number, cutShare: number | undefined) {
    const { hostname, port } = this.#upstream;
    const onward = requestOf({
      hostname,
      port,
      method: request.method,
      path: request.url,
      headers: withoutHopHeaders(request.rawHeaders),
      // A connection of its own: what breaks here must break nothing else.
      agent: false,
    });
    onward.on('error', () => undefined);
    if (cutShare !== undefined) {
      const body = Buffer.concat((await request.toArray()) as Buffer[]);
      const part = body.subarray(0, Math.floor(cutShare * body.length));
      // It is on its way before the connection breaks.
      if (part.length > 0) await new Promise((sent) => onward.write(part, sent));
      onward.destroy();
      throw new Error('cut off');
    }
    const answered = once(onward, 'response') as Promise<[IncomingMessage]>;
    const sent = pipeline(request, throttle(bytesPerSecond), onward);
    // A server may answer before it has read all.
    const [stream] = await Promise.race([answered, sent.then(async () => answered)]);
    sent.catch(() => undefined);
    const { statusCode, rawHeaders, headers } = stream;
    return { statusCode, rawHeaders, headers, stream };
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: 500 | 503): void {
  request.resume();
  const code = status === 500 ? 'InternalError' : 'SlowDown';
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>Try again.</Message></Error>`);
}

/** Of names and values in turn. */
function withoutHopHeaders(raw: readonly string[]): string[] {
  return raw.filter((_, n) => !hopHeaders.has(raw[n - (n % 2)]!.toLowerCase()));
}
