import { setTimeout as delay } from 'node:timers/promises';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import {
  decodeText,
  ErrorCode,
  HepastageError,
  isFinished,
  type JobRecord,
  JobRecordSchema,
  type StagingResult,
  StagingResultSchema,
  type StudyMetadata,
} from '@hepastage/proto';
import type { StudyFiles } from '../study-files.ts';
import { noAnswer } from './no-answer.ts';
import { type Patience, patiently } from './patiently.ts';
import { ServerProblem } from './server-problem.ts';
import { type OnSent, StudyUpload } from './study-upload.ts';

/** Longest that one poll waits at the server for a change, s. */
const pollSeconds = 10;
/** Longest that a poll may take in all, ms: after that the server is gone without having said so. */
const pollMsMax = (pollSeconds + 20) * 1_000;
/** Pause after a poll that brought nothing and did not wait: the server is stopping, or ignores how long we would wait. */
const idlePauseMs = 1_000;
/** Patience of whoever does not say, s: a rolling restart takes less. */
export const patienceSecondsDefault = 60;

/** Talks to a hepastage API at `base`, e.g. `http://127.0.0.1:8080`. Throws a ServerProblem for every answer that is none. */
export class ApiClient {
  readonly #base: string;
  readonly #apiKey: string | undefined;

  /** `apiKey`: what the server is shown, if anything. */
  constructor(base: string, apiKey?: string) {
    this.#base = base.replace(/\/+$/, '');
    this.#apiKey = apiKey;
  }

  /** Files are streamed from disk, never held whole. */
  async submit(
    files: StudyFiles,
    metadata: StudyMetadata,
    onSent: OnSent = () => undefined,
  ): Promise<JobRecord> {
    await using upload = await StudyUpload.open(files, metadata);
    const response = await this.#fetch('/v1/studies', {
      method: 'POST',
      body: ReadableStream.from(upload.bytes(onSent)),
      duplex: 'half',
      headers: { 'content-type': upload.contentType, 'content-length': String(upload.totalBytes) },
    });
    return this.#message(JobRecordSchema, response);
  }

  async job(jobId: string): Promise<JobRecord> {
    return this.#message(JobRecordSchema, await this.#fetch(pathOf(jobId)));
  }

  /** Yields the record each time it changes; the last one is terminal. Outlives a restart of the server. */
  async *watch(
    jobId: string,
    patience: Patience = { seconds: patienceSecondsDefault },
  ): AsyncGenerator<JobRecord> {
    let etag: string | null = null;
    while (true) {
      const begun = performance.now();
      const news = await patiently(async () => this.#poll(jobId, etag), patience);
      if (news === undefined) {
        if (performance.now() - begun < idlePauseMs) await delay(idlePauseMs);
        continue;
      }
      etag = news.etag;
      yield news.record;
      if (isFinished(news.record)) return;
    }
  }

  async result(jobId: string): Promise<StagingResult> {
    return this.#message(StagingResultSchema, await this.#fetch(`${pathOf(jobId)}/result`));
  }

  async artefact(jobId: string, name: string): Promise<Uint8Array> {
    const response = await this.#fetch(`${pathOf(jobId)}/artefacts/${encodeURIComponent(name)}`);
    return new Uint8Array(await this.#read(async () => response.arrayBuffer()));
  }

  /** The record, once it is another than `etag` names; undefined if it stayed the same. */
  async #poll(jobId: string, etag: string | null) {
    const response = await this.#fetch(pathOf(jobId), {
      headers: { prefer: `wait=${pollSeconds}`, ...(etag === null ? {} : { 'if-none-match': etag }) },
      signal: AbortSignal.timeout(pollMsMax),
    });
    if (response.status === 304) return undefined;
    return { etag: response.headers.get('etag'), record: await this.#message(JobRecordSchema, response) };
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#apiKey !== undefined) headers.set('authorization', `Bearer ${this.#apiKey}`);
    const response = await this.#read(async () => fetch(this.#base + path, { ...init, headers }));
    if (response.ok || response.status === 304) return response;
    throw new ServerProblem(response, await this.#read(async () => response.text()));
  }

  async #message<S extends DescMessage>(schema: S, response: Response): Promise<MessageShape<S>> {
    const text = await this.#read(async () => response.text());
    try {
      return decodeText(schema, text);
    } catch (cause) {
      throw new HepastageError(ErrorCode.INVALID_CONFIG, {
        what: 'the answer is none of a hepastage API',
        where: this.#base,
        action: 'check the address given with --server',
        cause,
      });
    }
  }

  /** A connection may break at any byte. */
  async #read<T>(read: () => Promise<T>): Promise<T> {
    return await read().catch((cause: unknown) => {
      throw noAnswer(this.#base, cause);
    });
  }
}

function pathOf(jobId: string): string {
  return `/v1/jobs/${encodeURIComponent(jobId)}`;
}
