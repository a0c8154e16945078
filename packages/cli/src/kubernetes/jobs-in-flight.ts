import { ErrorCode, HepastageError } from '@hepastage/proto';
import { boundedText } from './bounded-text.ts';
import { reasonOf } from './reason-of.ts';

/** Longest that a worker may take to answer, ms. */
const answerMsMax = 5_000;
/** Most of a page of metrics, bytes: a worker's has some 50 KiB. */
const pageBytesMax = 4 * 2 ** 20;
const sample = /^hepastage_jobs_in_flight(?:\{[^}]*\})? (\d{1,9})$/m;

/** How many studies the worker whose `/metrics` are at `url` has in hand. Throws NOT_READY. */
export async function jobsInFlight(url: string, signal: AbortSignal): Promise<number> {
  const [, count] = sample.exec(await pageOf(url, signal)) ?? [];
  if (count === undefined) throw notTold(url, 'no hepastage_jobs_in_flight');
  return Number(count);
}

async function pageOf(url: string, signal: AbortSignal): Promise<string> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]);
  try {
    const response = await fetch(url, { signal: bounded, redirect: 'error' });
    if (!response.ok || response.body === null) throw notTold(url, String(response.status));
    const text = await boundedText(response.body, pageBytesMax);
    if (text === undefined) throw notTold(url, `more than ${pageBytesMax} bytes`);
    return text;
  } catch (error) {
    if (error instanceof HepastageError) throw error;
    // `fetch` itself only says that it failed.
    throw notTold(url, reasonOf(error instanceof Error ? (error.cause ?? error) : error), error);
  }
}

function notTold(url: string, received: string, cause?: unknown): HepastageError {
  return new HepastageError(ErrorCode.NOT_READY, {
    what: 'the worker does not tell what it has in hand',
    where: url,
    received,
    action: 'it is asked again',
    cause,
  });
}
