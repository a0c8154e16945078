import { setTimeout as delay } from 'node:timers/promises';
import { multipartRelated } from './multipart-related.ts';
import { readStowAnswer, type RefusedObject, type StowAnswer } from './stow-answer.ts';

export interface StowTarget {
  /** The DICOMweb root: objects go to `<url>/studies`. */
  readonly url: string;
  /** Sent with every try, e.g. credentials. They are never logged, nor part of any outcome. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StowOptions extends StowTarget {
  readonly fetch: typeof globalThis.fetch;
  /** Most tries after the first. */
  readonly retries: number;
  readonly signal?: AbortSignal;
  /** Longest that one try may take, ms. Default: 2 minutes. */
  readonly timeoutMs?: number;
  /** 0 to 1, for the jitter. */
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

/** How a push ended. `attempts` counts from 1. */
export type PushOutcome = { readonly attempts: number } & (
  | { readonly kind: 'stored' }
  /** The PACS kept some objects. `refused` is empty where it did not say which it did not keep. */
  | { readonly kind: 'partly-stored'; readonly refused: readonly RefusedObject[] }
  /** It kept none, and would not if it were asked again. */
  | { readonly kind: 'refused'; readonly status: number; readonly refused: readonly RefusedObject[] }
  /** It said nothing of the objects: it never answered, could not take them, or did not let us in. `status` is that of its last answer; undefined where there was none. */
  | { readonly kind: 'unavailable'; readonly status: number | undefined }
);

const defaultTimeoutMs = 120_000;
/** Pause before the first retry, ms; each is twice as long as the one before. */
const pauseMsMin = 500;
const pauseMsMax = 30_000;
/** Longest pause that a PACS can ask for, ms. */
const retryAfterMsMax = 120_000;

/**
 * Stores objects in a PACS: STOW-RS (PS3.18, 10.5). Tries again after network errors, 408, 429, 5xx and refusals for want of resources, after pauses that grow
 * and differ at random; storing an object twice changes nothing. Credentials that are refused (401, 403) are not tried again here, lest an account is locked, but another push may
 * have others. A redirect is a refusal: credentials go nowhere but to the configured place. Throws the signal's reason once it aborts, nothing else.
 */
export async function stowPush(objects: readonly Uint8Array[], options: StowOptions): Promise<PushOutcome> {
  if (objects.length === 0) throw new RangeError('there is nothing to push');
  const { retries, signal, random = Math.random, sleep = sleepFor } = options;
  for (let attempts = 1; ; attempts++) {
    const outcome = await attempt(objects, options);
    if (outcome.kind !== 'again') return { attempts, ...outcome };
    if (attempts > retries) return { attempts, ...outcome.otherwise };
    const pauseMs = Math.min(pauseMsMax, pauseMsMin * 2 ** (attempts - 1)) * (0.5 + random() / 2);
    await sleep(Math.max(pauseMs, outcome.retryAfterMs), signal);
  }
}

type WithoutAttempts<T> = T extends unknown ? Omit<T, 'attempts'> : never;
type Ending = WithoutAttempts<PushOutcome>;
/** It may go better another time. */
interface Again {
  readonly kind: 'again';
  readonly retryAfterMs: number;
  /** How it ends if there is no other time. */
  readonly otherwise: Ending;
}

async function attempt(objects: readonly Uint8Array[], options: StowOptions): Promise<Ending | Again> {
  const { fetch, signal, timeoutMs = defaultTimeoutMs } = options;
  signal?.throwIfAborted();
  const { contentType, bytes } = multipartRelated(objects);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${options.url.replace(/\/+$/, '')}/studies`, {
      method: 'POST',
      headers: { ...options.headers, 'content-type': contentType, accept: 'application/dicom+json' },
      body: bytes,
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    return endingOf(response, await readStowAnswer(response), objects.length);
  } catch {
    signal?.throwIfAborted();
    // Its message may hold the URL, and that a password: what matters is that there was no answer.
    return { kind: 'again', retryAfterMs: 0, otherwise: { kind: 'unavailable', status: undefined } };
  }
}

function endingOf(
  { status, headers }: Response,
  answer: StowAnswer | undefined,
  objects: number,
): Ending | Again {
  const refused = answer?.refused ?? [];
  const ending = endingOfAnswer(status, answer, objects);
  const isBusy = refused.length > 0 && refused.every(({ reason }) => isOutOfResources(reason));
  if (!isBusy && !mayPass(status)) return ending;
  // A PACS that is full is so for hours: the queue's retries, not only ours, must outlast that.
  const otherwise: Ending = isBusy ? { kind: 'unavailable', status } : ending;
  return { kind: 'again', retryAfterMs: retryAfterMs(headers.get('retry-after')), otherwise };
}

function endingOfAnswer(status: number, answer: StowAnswer | undefined, objects: number): Ending {
  if (mayPass(status) || isLockedOut(status)) return { kind: 'unavailable', status };
  const isSuccess = status >= 200 && status <= 299;
  const refused = answer?.refused ?? [];
  // 202 means that not all went well.
  if (answer === undefined && isSuccess)
    return status === 202 ? { kind: 'partly-stored', refused } : { kind: 'stored' };
  // There are PACS that answer 400 although they kept some, and that don't name what they did not keep.
  const stored = answer?.stored.length ?? 0;
  if (stored === 0) return { kind: 'refused', status, refused };
  return stored < objects || !isSuccess ? { kind: 'partly-stored', refused } : { kind: 'stored' };
}

function mayPass(status: number): boolean {
  // 501 and 505 are for ever: the PACS does not know STOW-RS.
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** It says nothing of the objects, and passes once the credentials, or what they may do, are mended. */
function isLockedOut(status: number): boolean {
  return status === 401 || status === 403;
}

/** Failure reasons A700 to A7FF (PS3.4, table B.2-1). */
function isOutOfResources(reason: number | undefined): boolean {
  return reason !== undefined && reason >> 8 === 0xa7;
}

/** Retry-After in seconds; as a date it is ignored. */
function retryAfterMs(header: string | null): number {
  const seconds = header === null || !/^\d{1,6}$/.test(header) ? 0 : Number(header);
  return Math.min(retryAfterMsMax, seconds * 1_000);
}

async function sleepFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
