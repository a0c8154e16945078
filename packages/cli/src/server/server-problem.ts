/** What the server said instead of an answer; `code`, `detail` and `retryable` as in its problem documents. */
interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly retryable: boolean;
}

/** What proxies answer while the server behind them restarts. */
const passingStatuses = new Set([429, 502, 503, 504]);

/** Whoever is refused for want of a key should see where it is looked for. */
const whereKeysAre = '; it is taken from HEPASTAGE_API_KEY, or from the file HEPASTAGE_API_KEY_FILE';

/** An answer that says why there is none. */
export class ServerProblem extends Error {
  override readonly name = 'ServerProblem';
  /** The problem document as sent; one of the same shape where the answer did not come from a hepastage API. */
  readonly problem: Problem;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** When the server wants to be asked again, ms from now. */
  readonly retryAfterMs: number | undefined;

  constructor({ status, headers }: Response, body: string) {
    const problem = parseProblem(body) ?? foreignProblem(status);
    super(`${status} ${problem.code}: ${problem.detail}${status === 401 ? whereKeysAre : ''}`);
    this.problem = problem;
    this.retryable = problem.retryable;
    this.retryAfterMs = parseRetryAfter(headers.get('retry-after'));
  }
}

function parseProblem(body: string): Problem | undefined {
  try {
    const problem = JSON.parse(body) as Partial<Problem> | null;
    return typeof problem?.code === 'string' && typeof problem.detail === 'string'
      ? { ...problem, code: problem.code, detail: problem.detail, retryable: problem.retryable === true }
      : undefined;
  } catch {
    return undefined;
  }
}

function foreignProblem(status: number): Problem {
  const retryable = passingStatuses.has(status);
  return {
    code: retryable ? 'NOT_READY' : 'INVALID_REQUEST',
    detail: `the server answered ${status}, and not as a hepastage API does; check the address given with --server`,
    retryable,
  };
}

/** `Retry-After: 120`, or a date. */
function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
