import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** One part of a STOW-RS request: an object, or whatever else a client may send. */
export type StowPart = Uint8Array | { readonly type: string; readonly bytes: Uint8Array };

export interface StowOptions {
  /** Sent to /dicomweb/studies/{study}. */
  readonly study?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StowAnswer {
  readonly status: number;
  readonly type: string;
  /** Ids of the jobs that it links to. */
  readonly jobIds: readonly string[];
  readonly body: string;
  /** Failure Reason (0008,1197) by SOPInstanceUID; `''` for objects that could not be named. */
  readonly failures: Readonly<Record<string, number>>;
  /** SOPInstanceUIDs of what was stored. */
  readonly stored: readonly string[];
}

const boundary = 'a-boundary-of-the-tests';

/** Sends everything at once, as clients do. */
export async function stow(
  url: string,
  parts: readonly StowPart[],
  options: StowOptions = {},
): Promise<StowAnswer> {
  const open = OpenStow.begin(url, options);
  for (const part of parts) await open.send(part);
  return open.end();
}

/** A STOW-RS request whose parts are sent one by one. */
export class OpenStow {
  readonly #request: ClientRequest;
  readonly #answer: Promise<IncomingMessage>;

  private constructor(sending: ClientRequest) {
    this.#request = sending;
    this.#answer = once(sending, 'response').then(([answer]) => answer as IncomingMessage);
    // It may come before anybody waits for it, or not at all.
    this.#answer.catch(() => undefined);
  }

  static begin(url: string, { study, accept, headers }: StowOptions = {}): OpenStow {
    const sending = request(`${url}/dicomweb/studies${study === undefined ? '' : `/${study}`}`, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
        ...(accept !== undefined && { accept }),
        ...headers,
      },
    });
    sending.flushHeaders();
    return new OpenStow(sending);
  }

  async send(part: StowPart): Promise<void> {
    const { type, bytes } = part instanceof Uint8Array ? { type: 'application/dicom', bytes: part } : part;
    await this.write(Buffer.from(`--${boundary}\r\nContent-Type: ${type}\r\n\r\n`));
    await this.write(bytes);
    await this.write(Buffer.from('\r\n'));
  }

  /** Bytes of the body as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Whatever is wrong with the connection is said where the answer is waited for.
    this.#request.write(bytes, () => resolve());
    await promise;
  }

  async end(tail = `--${boundary}--\r\n`): Promise<StowAnswer> {
    this.#request.end(tail);
    return this.answer();
  }

  async answer(): Promise<StowAnswer> {
    return answerOf(await this.#answer);
  }

  /** As a client that dies. */
  vanish(): void {
    this.#request.destroy();
  }
}

async function answerOf(answer: IncomingMessage): Promise<StowAnswer> {
  const type = answer.headers['content-type'] ?? '';
  const body = await text(answer);
  const json = type.startsWith('application/dicom+json') ? (JSON.parse(body) as DicomJson) : {};
  const failed = itemsOf(json, '00081198').map((item) => [
    valueOf(item, '00081155'),
    valueOf(item, '00081197'),
  ]);
  const unnamed = itemsOf(json, '0008119A').map((item) => ['', valueOf(item, '00081197')]);
  const links = String(answer.headers['link'] ?? '');
  return {
    status: answer.statusCode ?? 0,
    type,
    body,
    jobIds: [...links.matchAll(/<\/v1\/jobs\/([^>]+)>; rel="monitor"/g)].map(([, id]) => id!),
    failures: Object.fromEntries([...failed, ...unnamed]) as Record<string, number>,
    stored: itemsOf(json, '00081199').map((item) => String(valueOf(item, '00081155'))),
  };
}

type DicomJson = Readonly<Record<string, { readonly Value?: readonly unknown[] }>>;

function itemsOf(json: DicomJson, tag: string): DicomJson[] {
  return (json[tag]?.Value ?? []) as DicomJson[];
}

function valueOf(json: DicomJson, tag: string): unknown {
  return json[tag]?.Value?.[0];
}
