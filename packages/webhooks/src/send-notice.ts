import type { StatusStore } from '@hepastage/platform';
import { ErrorCode, HepastageError, isFinished } from '@hepastage/proto';
import type { DisabledTargets } from './disabled-targets.ts';
import { noticeOf } from './notice.ts';
import type { NoticedJob } from './notice-queue.ts';
import { type Answer, post } from './post.ts';
import { retryAfterMs } from './retry-schedule.ts';
import { signedHeaders } from './signature.ts';
import type { TargetGuard } from './target-guard.ts';
import { tenantSecret } from './tenant-secret.ts';

export interface SendingParts {
  readonly status: Pick<StatusStore, 'get'>;
  /** The tenant's own target; empty: none. */
  readonly targetOf: (tenant: string) => Promise<string>;
  readonly guard: TargetGuard;
  readonly disabled: DisabledTargets;
  /** Keys of the service that secrets are derived from, the newest first; none: webhooks are not configured. */
  readonly keys: readonly string[];
}

/** Why a notice did not arrive. */
export type FailureReason =
  | 'HTTP_1XX'
  | 'HTTP_3XX'
  | 'HTTP_4XX'
  | 'HTTP_5XX'
  | 'TIMEOUT'
  | 'UNREACHABLE'
  | 'TARGET_REFUSED'
  | 'TARGET_GONE'
  | 'TARGET_DISABLED'
  | 'NOT_CONFIGURED';

/** How one try ended. `origin`: scheme, host and port of the target; more of a URL may be a secret. */
export type Sending =
  /** There is nothing to tell, or nobody: the job was erased or cancelled, or nobody asked. */
  | { readonly kind: 'none' }
  /** The job has not ended yet. */
  | { readonly kind: 'early' }
  | { readonly kind: 'delivered'; readonly origin: string; readonly status: number }
  /** It may arrive later. */
  | {
      readonly kind: 'failed';
      readonly origin: string;
      readonly reason: FailureReason;
      /** Code of the system, of TLS or of HTTP, where the connection failed. */
      readonly cause?: string;
      readonly status?: number;
      readonly retryAfterMs?: number;
    }
  /** It will not, as things are. */
  | { readonly kind: 'refused' | 'disabled'; readonly reason: FailureReason; readonly origin?: string };

/** Longest that a target may take, ms: as Standard Webhooks recommends. */
const answerMsMax = 15_000;

/** One try of a notice. Throws what stores throw, or the signal's reason. */
export async function sendNotice(
  { tenant, jobId }: NoticedJob,
  parts: SendingParts,
  signal: AbortSignal,
): Promise<Sending> {
  const record = (await parts.status.get(tenant, jobId))?.record;
  if (record === undefined) return { kind: 'none' };
  if (!isFinished(record)) return { kind: 'early' };
  const notice = noticeOf(record);
  if (notice === undefined) return { kind: 'none' };
  const target = record.metadata?.webhook || (await parts.targetOf(tenant));
  if (target === '') return { kind: 'none' };
  if (parts.keys.length === 0) return { kind: 'refused', reason: 'NOT_CONFIGURED' };

  const { guard, disabled } = parts;
  const now = new Date();
  const secrets = parts.keys.map((key) => tenantSecret(key, tenant));
  const headers = signedHeaders(notice, secrets, now);
  const timeout = AbortSignal.timeout(answerMsMax);
  let origin: string | undefined;
  let answer: Answer;
  try {
    const url = guard.check(target);
    origin = url.origin;
    if (await disabled.has(tenant, url)) return { kind: 'disabled', reason: 'TARGET_DISABLED', origin };
    answer = await post(url, {
      headers,
      body: notice.body,
      guard,
      signal: AbortSignal.any([signal, timeout]),
    });
    if (answer.status === 410) await disabled.add(tenant, url, now);
  } catch (error) {
    if (isRefusal(error)) return { kind: 'refused', reason: 'TARGET_REFUSED', ...(origin && { origin }) };
    if (error instanceof HepastageError || signal.aborted || origin === undefined) throw error;
    if (timeout.aborted) return { kind: 'failed', reason: 'TIMEOUT', origin };
    return { kind: 'failed', reason: 'UNREACHABLE', origin, cause: codeOf(error) };
  }
  return sendingOf(answer, origin, now);
}

function sendingOf({ status, retryAfter }: Answer, origin: string, now: Date): Sending {
  if (status >= 200 && status < 300) return { kind: 'delivered', origin, status };
  if (status === 410) return { kind: 'disabled', reason: 'TARGET_GONE', origin };
  const askedMs = retryAfterMs(retryAfter, now);
  const reason = reasonOf(status);
  return { kind: 'failed', reason, origin, status, ...(askedMs !== undefined && { retryAfterMs: askedMs }) };
}

function reasonOf(status: number): FailureReason {
  if (status < 200) return 'HTTP_1XX';
  if (status < 400) return 'HTTP_3XX';
  return status < 500 ? 'HTTP_4XX' : 'HTTP_5XX';
}

function isRefusal(error: unknown): boolean {
  return error instanceof HepastageError && error.code === ErrorCode.INVALID_WEBHOOK;
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'UNKNOWN';
}
