import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Authority, makeAuthority } from '../helpers/certificates.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const namespace = 'staging';
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
/** Pods of a page: fewer than any test has. */
const pagePods = 2;

export interface PodState {
  readonly phase?: string;
  readonly port?: { readonly name: string; readonly containerPort: number };
  readonly isTerminating?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the Kubernetes API would be for a pod of ours: it keeps pods, and answers who shows the right token and asks as the API's reference says. */
export interface ClusterStandIn extends AsyncDisposable {
  /** For the process under test: as the kubelet sets them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  /** Annotations of each pod. */
  readonly annotations: ReadonlyMap<string, Record<string, string>>;
  /** Bodies of patches, by pod, in order. */
  readonly patches: readonly (readonly [pod: string, cost: string])[];
  /** Calls that were not as the reference says. */
  readonly wrong: readonly string[];
  /** Lists of pods that were given to the end. */
  readonly rounds: () => number;
  /** Good for all calls from now on, and in the pod's file. */
  rotateToken(token: string): Promise<void>;
  /** Refuses everything with this status, or nothing any more. */
  refuse(status: number | undefined): void;
  /** Answers nothing any more. */
  hang(): void;
  /** Calls that wait for an answer for ever. */
  readonly held: () => number;
}

export async function startCluster(pods: Readonly<Record<string, PodState>>): Promise<ClusterStandIn> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await temporaryDirectory('cluster'));
  const authority = await makeAuthority(path, 'cluster');
  const state = new ClusterState(pods);
  const { cert, key } = await authority.issue('kubernetes');
  const server = createServer({ cert, key }, (request, response) => void state.answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const serviceAccount = join(path, 'serviceaccount');
  await writeServiceAccount(serviceAccount, authority, state.token);
  const owned = opened.move();
  return {
    environment: {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String((server.address() as AddressInfo).port),
    },
    serviceAccount,
    annotations: state.annotations,
    patches: state.patches,
    wrong: state.wrong,
    rounds: () => state.rounds,
    rotateToken: async (token) => {
      state.token = token;
      await writeFile(join(serviceAccount, 'token'), token);
    },
    refuse: (status) => {
      state.refusal = status;
    },
    hang: () => {
      state.isHanging = true;
    },
    held: () => state.held,
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

async function writeServiceAccount(folder: string, authority: Authority, token: string): Promise<void> {
  await mkdir(folder);
  const files = { token, namespace, 'ca.crt': authority.ca };
  await Promise.all(Object.entries(files).map(async ([name, text]) => writeFile(join(folder, name), text)));
}

class ClusterState {
  readonly annotations = new Map<string, Record<string, string>>();
  readonly patches: [string, string][] = [];
  readonly wrong: string[] = [];
  token = 'first-token';
  refusal: number | undefined;
  isHanging = false;
  held = 0;
  rounds = 0;
  readonly #pods: Readonly<Record<string, PodState>>;

  constructor(pods: Readonly<Record<string, PodState>>) {
    this.#pods = pods;
    for (const [name, { annotations = {} }] of Object.entries(pods))
      this.annotations.set(name, { ...annotations });
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    if (this.isHanging) {
      this.held++;
      return;
    }
    const [status, answer] = this.#answerTo(request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #answerTo({ method, url = '', headers }: IncomingMessage, body: string): readonly [number, object] {
    if (this.refusal !== undefined) return [this.refusal, { kind: 'Status', code: this.refusal }];
    if (headers.authorization !== `Bearer ${this.token}`) return this.#isWrong(401, 'token');
    const { pathname, searchParams } = new URL(url, 'https://kubernetes');
    const [, pod] =
      new RegExp(`^/api/v1/namespaces/${namespace}/pods(?:/([a-z0-9-]+))?$`).exec(pathname) ?? [];
    if (method === 'GET' && pod === undefined) return this.#list(searchParams);
    if (method !== 'PATCH' || pod === undefined) return this.#isWrong(404, `${method} ${url}`);
    if (headers['content-type'] !== 'application/merge-patch+json')
      return this.#isWrong(415, String(headers['content-type']));
    return this.#patch(pod, body);
  }

  #list(query: URLSearchParams): readonly [number, object] {
    if (query.get('labelSelector') !== 'app=worker') return this.#isWrong(400, String(query));
    const begin = Number(query.get('continue') ?? 0);
    const names = Object.keys(this.#pods).slice(begin, begin + pagePods);
    const isLast = begin + pagePods >= Object.keys(this.#pods).length;
    if (isLast) this.rounds++;
    const metadata = isLast ? {} : { continue: String(begin + pagePods) };
    return [200, { kind: 'PodList', metadata, items: names.map((name) => this.#describe(name)) }];
  }

  #describe(name: string): object {
    const { phase = 'Running', port, isTerminating = false } = this.#pods[name]!;
    return {
      metadata: {
        name,
        annotations: this.annotations.get(name),
        ...(isTerminating && { deletionTimestamp: '2026-11-29T00:00:00Z' }),
      },
      spec: { containers: [{ name: 'worker', ports: port === undefined ? [] : [port] }] },
      status: { phase, podIP: '127.0.0.1' },
    };
  }

  #patch(pod: string, body: string): readonly [number, object] {
    const annotations = this.annotations.get(pod);
    if (annotations === undefined) return [404, { kind: 'Status', code: 404 }];
    const { metadata, ...others } = JSON.parse(body) as { metadata: { annotations: Record<string, string> } };
    const cost = metadata.annotations[deletionCost];
    const isAlone = Object.keys({ ...others, ...metadata }).join() === 'annotations';
    if (!isAlone || Object.keys(metadata.annotations).length !== 1 || !/^\d+$/.test(cost ?? ''))
      return this.#isWrong(422, body);
    Object.assign(annotations, metadata.annotations);
    this.patches.push([pod, cost!]);
    return [200, this.#describe(pod)];
  }

  #isWrong(status: number, what: string): readonly [number, object] {
    this.wrong.push(what);
    return [status, { kind: 'Status', code: status }];
  }
}
