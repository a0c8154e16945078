import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import type { JsonValue } from '@bufbuild/protobuf';
import {
  decodeJson,
  encodeText,
  ErrorCode,
  HepastageError,
  type JobRecord,
  JobRecordSchema,
  JobRecord_State,
  type StagingResult,
  StagingResultSchema,
  type StudyMetadata,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { assertSequence, type StudyFiles, studyParts } from '../study-files.ts';

/** Longest that one poll waits at the server for a change, s. */
const pollSeconds = 10;

/** Talks to a hepastage API at `base`, e.g. `http://127.0.0.1:8080`. Throws a ServerProblem for every answer that is none. */
export class ApiClient {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base.replace(/\/+$/, '');
  }

  /** Files are streamed from disk, never held whole. */
  async submit(files: StudyFiles, metadata: StudyMetadata): Promise<JobRecord> {
    assertSequence(files);
    const form = new FormData();
    form.set('metadata', encodeText(StudyMetadataSchema, metadata));
    for (const { option, part } of studyParts) {
      const path = files[option];
      if (path !== undefined) form.set(part, await openAsBlob(path), basename(path));
    }
    const response = await this.#fetch('/v1/studies', { method: 'POST', body: form });
    return decodeJson(JobRecordSchema, await bodyOf(response));
  }

  async job(jobId: string): Promise<JobRecord> {
    return decodeJson(
      JobRecordSchema,
      await bodyOf(await this.#fetch(`/v1/jobs/${encodeURIComponent(jobId)}`)),
    );
  }

  /** Yields the record each time it changes; the last one is terminal. */
  async *watch(jobId: string): AsyncGenerator<JobRecord> {
    let etag: string | null = null;
    while (true) {
      const response: Response = await this.#fetch(`/v1/jobs/${encodeURIComponent(jobId)}`, {
        headers: { prefer: `wait=${pollSeconds}`, ...(etag === null ? {} : { 'if-none-match': etag }) },
      });
      etag = response.headers.get('etag');
      if (response.status === 304) continue;
      const record = decodeJson(JobRecordSchema, await bodyOf(response));
      yield record;
      if (record.state !== JobRecord_State.QUEUED && record.state !== JobRecord_State.RUNNING) return;
    }
  }

  async result(jobId: string): Promise<StagingResult> {
    const response = await this.#fetch(`/v1/jobs/${encodeURIComponent(jobId)}/result`);
    return decodeJson(StagingResultSchema, await bodyOf(response));
  }

  async artefact(jobId: string, name: string): Promise<Uint8Array> {
    const path = `/v1/jobs/${encodeURIComponent(jobId)}/artefacts/${encodeURIComponent(name)}`;
    return new Uint8Array(await (await this.#fetch(path)).arrayBuffer());
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.#base + path, init);
    } catch (cause) {
      throw new HepastageError(ErrorCode.NOT_READY, {
        what: 'the server does not answer',
        where: this.#base,
        action: 'is it running? give its address with --server',
        cause,
      });
    }
    if (response.ok || response.status === 304) return response;
    throw new ServerProblem(response.status, await response.text());
  }
}

/** An answer that says why there is none. */
export class ServerProblem extends Error {
  override readonly name = 'ServerProblem';
  /** The problem document, as sent. */
  readonly problem: string;

  constructor(status: number, problem: string) {
    super(describe(status, problem));
    this.problem = problem;
  }
}

function describe(status: number, problem: string): string {
  try {
    const { code, detail } = JSON.parse(problem) as { code?: string; detail?: string };
    return `${status} ${code ?? ''}: ${detail ?? ''}`;
  } catch {
    return `the server answered ${status}, and not as a hepastage API does`;
  }
}

async function bodyOf(response: Response): Promise<JsonValue> {
  return (await response.json()) as JsonValue;
}
