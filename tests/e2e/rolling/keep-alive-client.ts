import http, { type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

export interface Sending {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each try. */
  readonly upload?: () => {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: ReadableStream<Uint8Array>;
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The server closed the connection between two requests, before it had answered one byte to this one. */
class ClosedBetweenRequests extends Error {}

/** How a request ends whose connection was closed while it was on its way. */
const closed = new Set(['ECONNRESET', 'EPIPE']);

/**
 * One connection that is kept alive, as a client of a hospital has it. What HTTP lets a client repeat (RFC 9110, 9.2.2 and RFC 9112, 9.3.1) it repeats on a new connection: a request on a
 * connection that was used before, where nothing came back and which may be sent twice. Those here may: GET is idempotent, and a POST carries an Idempotency-Key. Every other end of a
 * connection is thrown.
 */
export class KeepAliveClient implements Disposable {
  readonly #url: string;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  /** Requests that were answered. */
  requests = 0;
  /** Connections that were opened. */
  connections = 0;
  /** Answers after which the server asked for a new connection. */
  askedToMove = 0;
  /** Requests that were repeated as HTTP allows. */
  repeated = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async send(sending: Sending): Promise<Answer> {
    for (;;) {
      try {
        const answer = await this.#once(sending);
        this.requests++;
        if (answer.headers.connection === 'close') this.askedToMove++;
        return answer;
      } catch (error) {
        if (!(error instanceof ClosedBetweenRequests)) throw error;
        this.repeated++;
      }
    }
  }

  async #once({ method, path, headers, upload }: Sending): Promise<Answer> {
    const form = upload?.();
    const request = http.request(this.#url + path, {
      method,
      agent: this.#agent,
      headers: { ...headers, ...form?.headers },
    });
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    request.once('response', resolve);
    request.on('error', (error: NodeJS.ErrnoException) => {
      const mayRepeat = request.reusedSocket && closed.has(error.code ?? '');
      reject(mayRepeat ? new ClosedBetweenRequests() : new Error(`${method} ${path}`, { cause: error }));
    });
    request.once('socket', () => {
      if (!request.reusedSocket) this.connections++;
    });
    if (form === undefined) request.end();
    else
      Readable.fromWeb(form.body)
        .on('error', () => undefined)
        .pipe(request);
    const response = await promise;
    const body = Buffer.concat((await response.toArray()) as Buffer[]);
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
