import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { boundedText } from './bounded-text.ts';
import { reasonOf } from './reason-of.ts';
import type { ClusterAccess } from './cluster-access.ts';

/** Longest that a call may take, ms. */
const callMsMax = 10_000;
/** Pods of one page. */
const pagePodsMax = 100;
/** Most of an answer, bytes: a pod has some 20 KiB, and etcd keeps none of more than 1.5 MiB. */
const answerBytesMax = 32 * 2 ** 20;

interface Call {
  readonly method: 'GET' | 'PATCH';
  readonly path: string;
  readonly body?: object;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What is read of a page of pods. */
interface PodList {
  readonly items: readonly unknown[];
  readonly metadata: { readonly continue?: string };
}

/**
 * The two calls to the Kubernetes API that a mark takes. No client library: the official one is tens of megabytes, and speaks with every resource there is, where this
 * needs a path, a token and an authority.
 */
export class KubernetesApi {
  readonly #access: ClusterAccess;

  constructor(access: ClusterAccess) {
    this.#access = access;
  }

  /** Pods of the own namespace, as the API describes them. Throws FORBIDDEN, NOT_READY. */
  async *pods(selector: string, signal: AbortSignal): AsyncGenerator {
    let next = '';
    do {
      const query = new URLSearchParams({ labelSelector: selector, limit: String(pagePodsMax) });
      if (next !== '') query.set('continue', next);
      const { status, text } = await this.#call({ method: 'GET', path: `?${query.toString()}` }, signal);
      if (status !== 200) throw refused('list pods', status);
      const { items, metadata } = JSON.parse(text) as PodList;
      yield* items;
      next = metadata.continue ?? '';
    } while (next !== '');
  }

  /** Sets annotations and leaves all others as they are. A pod that is gone needs none. Throws FORBIDDEN, NOT_READY. */
  async annotate(
    pod: string,
    annotations: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const path = `/${encodeURIComponent(pod)}`;
    const body = { metadata: { annotations } };
    const { status } = await this.#call({ method: 'PATCH', path, body }, signal);
    if (status !== 200 && status !== 404) throw refused('patch pods', status);
  }

  async #call({ method, path, body }: Call, signal: AbortSignal): Promise<Answer> {
    const { host, port, namespace } = this.#access;
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(callMsMax)]);
    const options = {
      host,
      port,
      method,
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods${path}`,
      ca: this.#access.ca(),
      // A connection of its own for each call, closed after it: there are few, and a token that has changed needs no old one.
      agent: false,
      signal: bounded,
      headers: {
        authorization: `Bearer ${this.#access.token()}`,
        accept: 'application/json',
        'user-agent': 'hepastage',
        ...(bytes && {
          'content-type': 'application/merge-patch+json',
          'content-length': bytes.length,
        }),
      },
    } as const;
    try {
      const sending = https.request(options);
      // Also what comes after the answer, or after the time is up: it changes nothing any more.
      sending.on('error', () => undefined);
      sending.end(bytes);
      const [answer] = (await once(sending, 'response', { signal: bounded })) as [IncomingMessage];
      return { status: answer.statusCode ?? 0, text: await readText(answer) };
    } catch (cause) {
      throw noAnswer(host, cause);
    }
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  const text = await boundedText(answer, answerBytesMax);
  if (text === undefined) throw new RangeError(`an answer of more than ${answerBytesMax} bytes`);
  return text;
}

function refused(what: string, status: number): HepastageError {
  const isRight = status === 401 || status === 403;
  return new HepastageError(isRight ? ErrorCode.FORBIDDEN : ErrorCode.NOT_READY, {
    what: `the Kubernetes API does not ${what}`,
    received: status,
    action: isRight ? 'give the ServiceAccount the right to list and patch pods' : 'it is asked again',
  });
}

function noAnswer(host: string, cause: unknown): HepastageError {
  return new HepastageError(ErrorCode.NOT_READY, {
    what: 'the Kubernetes API does not answer',
    where: host,
    received: reasonOf(cause),
    action: 'it is asked again',
    cause,
  });
}
