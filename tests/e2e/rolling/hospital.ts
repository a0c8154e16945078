import { setTimeout as delay } from 'node:timers/promises';
import {
  decodeText,
  isFinished,
  type JobRecord,
  JobRecordSchema,
  type StagingResult,
  StagingResultSchema,
} from '@hepastage/proto';
import type { SmallStudy } from '../../faults/clients/small-studies.ts';
import { studyUpload } from '../../faults/clients/study-upload.ts';
import type { Answer, KeepAliveClient, Sending } from './keep-alive-client.ts';

/** How long a poll waits for news, s. */
const pollSeconds = 5;

/** A study from its acceptance to its result. */
export interface ServedStudy {
  readonly idempotencyKey: string;
  readonly study: SmallStudy;
  readonly record: JobRecord;
  readonly result: StagingResult;
}

/** A client that does everything right: an Idempotency-Key for each study, a pause where Retry-After says so, a poll that waits, and nothing else forgiven. */
export class Hospital {
  /** Answers of 503 that said when to come again. */
  turnedAway = 0;
  readonly #client: KeepAliveClient;
  /** How long the sending of a study takes, ms. */
  readonly #uploadMs: number;

  constructor(client: KeepAliveClient, uploadMs: number) {
    this.#client = client;
    this.#uploadMs = uploadMs;
  }

  /** Sends a study, waits for its end and takes its result and what belongs to it. */
  async serve(idempotencyKey: string, study: SmallStudy): Promise<ServedStudy> {
    const { jobId } = await this.accepted(idempotencyKey, study);
    const record = await this.#ended(jobId);
    const result = decodeText(StagingResultSchema, await this.#text(`/v1/jobs/${jobId}/result`));
    for (const { name, bytes } of result.artefacts) {
      const { body } = await this.#get(`/v1/jobs/${jobId}/artefacts/${name}`);
      if (body.length !== bytes) throw new Error(`${name} has ${body.length} bytes, not ${bytes}`);
    }
    return { idempotencyKey, study, record, result };
  }

  /** The job that the study is accepted as. */
  async accepted(idempotencyKey: string, { t2w }: SmallStudy): Promise<JobRecord> {
    const upload = () => studyUpload(t2w, { random: Math.random, ms: this.#uploadMs });
    const headers = { 'idempotency-key': idempotencyKey };
    const { body } = await this.#patiently({ method: 'POST', path: '/v1/studies', headers, upload }, [202]);
    return decodeText(JobRecordSchema, body.toString());
  }

  async #ended(jobId: string): Promise<JobRecord> {
    const path = `/v1/jobs/${jobId}`;
    for (let etag = ''; ;) {
      const headers = { prefer: `wait=${pollSeconds}`, 'if-none-match': etag };
      const answer = await this.#patiently({ method: 'GET', path, headers }, [200, 304]);
      if (answer.status === 304) continue;
      const record = decodeText(JobRecordSchema, answer.body.toString());
      if (isFinished(record)) return record;
      etag = answer.headers.etag ?? '';
    }
  }

  async #text(path: string): Promise<string> {
    return (await this.#get(path)).body.toString();
  }

  async #get(path: string): Promise<Answer> {
    return this.#patiently({ method: 'GET', path }, [200]);
  }

  /** The answer, once it is one of `expected`. Throws at any that a client can't put up with. */
  async #patiently(sending: Sending, expected: readonly number[]): Promise<Answer> {
    for (;;) {
      const answer = await this.#client.send(sending);
      if (expected.includes(answer.status)) return answer;
      const seconds = Number(answer.headers['retry-after'] ?? Number.NaN);
      // The same study is being accepted at this moment, by a request whose connection was closed.
      const isInFlight = answer.body.includes('IDEMPOTENCY_KEY_IN_FLIGHT');
      if (!(answer.status === 503 || isInFlight) || Number.isNaN(seconds))
        throw new Error(`${sending.method} ${sending.path}: ${answer.status} ${answer.body.toString()}`);
      this.turnedAway++;
      await delay(seconds * 1_000);
    }
  }
}
