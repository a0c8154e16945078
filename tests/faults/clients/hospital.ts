import { setTimeout as delay } from 'node:timers/promises';
import { decodeText, isFinished, type JobRecord, JobRecordSchema } from '@hepastage/proto';
import type { Ledger } from './ledger.ts';
import { Slots } from './slots.ts';
import type { SmallStudy } from './small-studies.ts';
import { studyUpload } from './study-upload.ts';

export interface HospitalOptions {
  readonly url: string;
  readonly ledger: Ledger;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** How long a study, or a job, is tried before its client gives up, ms. */
  readonly patienceMs: number;
  /** Longest that one upload takes to be sent, ms. */
  readonly uploadMsMax: number;
}

/** Longest pause before another try, ms, whatever Retry-After says: a test has no time for more. */
const pauseMsMax = 500;
/** Uploads at once. */
const uploadsMax = 6;
/** How long a poll waits for news, s. */
const pollSeconds = 2;
/** After that a request has hung, ms. */
const requestMsMax = 90_000;
/** The same study is being accepted at this moment, by a request that broke off. */
const inFlight = 'IDEMPOTENCY_KEY_IN_FLIGHT';

/** Sends studies as a hospital should: each under a key of its own, again and again until it is accepted; and follows its jobs by polling. */
export class Hospital {
  readonly #options: HospitalOptions;
  readonly #uploads = new Slots(uploadsMax);

  constructor(options: HospitalOptions) {
    this.#options = options;
  }

  /** Sends a study until it is accepted. The job's id; undefined if the hospital gave up. */
  async send(idempotencyKey: string, study: SmallStudy): Promise<string | undefined> {
    const { ledger, patienceMs } = this.#options;
    ledger.sends(idempotencyKey, study.name);
    let deadline = Number.POSITIVE_INFINITY;
    let last = '';
    while (performance.now() < deadline) {
      const answer = await this.#uploads.during(async () => this.#post(idempotencyKey, study));
      if (answer.status === 202) {
        const { jobId } = decodeText(JobRecordSchema, answer.text);
        ledger.isPromised(idempotencyKey, jobId);
        return jobId;
      }
      last = `${answer.status} ${answer.text}`;
      if (!mayPass(answer)) break;
      // Its turn has come: until then it was its own others that it waited for.
      deadline = Math.min(deadline, performance.now() + patienceMs);
      await this.#pause(answer.retryAfterMs);
    }
    ledger.isRefused(idempotencyKey, last);
    return undefined;
  }

  /** Polls a job until it has ended; undefined if the hospital gave up. */
  async follow(jobId: string): Promise<JobRecord | undefined> {
    const deadline = performance.now() + this.#options.patienceMs;
    let etag = '';
    while (performance.now() < deadline) {
      const answer = await this.#look(jobId, { prefer: `wait=${pollSeconds}`, 'if-none-match': etag });
      if (answer.record !== undefined && isFinished(answer.record)) return answer.record;
      etag = answer.etag ?? etag;
      if (answer.status !== 200 && answer.status !== 304) await this.#pause(answer.retryAfterMs);
    }
    return undefined;
  }

  /** Looks at one of the jobs that were promised, whether it has ended or not. */
  async visit(): Promise<void> {
    const jobs = this.#options.ledger.jobs();
    const jobId = jobs[Math.floor(this.#options.random() * jobs.length)];
    if (jobId !== undefined) await this.look(jobId);
  }

  async look(jobId: string): Promise<void> {
    await this.#look(jobId, {});
  }

  async #look(jobId: string, headers: Readonly<Record<string, string>>) {
    const askedAt = performance.now();
    const answer = await this.#fetch(`/v1/jobs/${jobId}`, { headers });
    const record = answer.status === 200 ? decodeText(JobRecordSchema, answer.text) : undefined;
    const state = answer.status === 404 ? ('absent' as const) : record?.state;
    if (state !== undefined) this.#options.ledger.sees(jobId, { state, askedAt, seenAt: performance.now() });
    return { ...answer, record };
  }

  async #post(idempotencyKey: string, { t2w }: SmallStudy): Promise<Answer> {
    const { random, uploadMsMax } = this.#options;
    const upload = studyUpload(t2w, { random, ms: random() * uploadMsMax });
    return this.#fetch('/v1/studies', {
      method: 'POST',
      body: upload.body,
      duplex: 'half',
      headers: { ...upload.headers, 'idempotency-key': idempotencyKey },
    });
  }

  async #fetch(path: string, init: RequestInit): Promise<Answer> {
    try {
      const signal = AbortSignal.timeout(requestMsMax);
      const response = await fetch(this.#options.url + path, { ...init, signal });
      const retryAfter = response.headers.get('retry-after');
      return {
        status: response.status,
        text: await response.text(),
        etag: response.headers.get('etag') ?? undefined,
        retryAfterMs: retryAfter === null ? undefined : Number(retryAfter) * 1_000,
      };
    } catch (error) {
      return { status: 0, text: String(error), etag: undefined, retryAfterMs: undefined };
    }
  }

  async #pause(retryAfterMs = pauseMsMax): Promise<void> {
    await delay(Math.min(retryAfterMs, pauseMsMax) * (0.5 + this.#options.random() / 2));
  }
}

/** An answer; status 0 where the connection broke. */
interface Answer {
  readonly status: number;
  readonly text: string;
  readonly etag: string | undefined;
  readonly retryAfterMs: number | undefined;
}

function mayPass({ status, text }: Answer): boolean {
  return status === 0 || status === 429 || status >= 500 || text.includes(inFlight);
}
