import { ErrorCode, ErrorCodeSchema } from '../gen/hepastage/v1/error_pb.ts';
import { enumName } from './enum-name.ts';
import { errorTraits } from './error-traits.ts';

/** What an error says. Nothing here may identify a patient: it goes to clients and to logs as it is. */
export interface ErrorDetails {
  /** What was wrong, as a sentence without a full stop: `voxel spacing is zero`. */
  readonly what: string;
  /** Where: a part, a header field, a setting: `part t1w, pixdim[3]`. */
  readonly where?: string;
  readonly expected?: string | number;
  readonly received?: string | number;
  /** What the reader can do about it: `export the series again`. */
  readonly action?: string;
  /** When the same request may succeed, s from now: becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** The underlying error: for debugging only, never shown to a client and never logged with its stack. */
  readonly cause?: unknown;
}

/** The one error class of the project: a code of the contract and a message for people. */
export class HepastageError extends Error {
  override readonly name = 'HepastageError';
  readonly code: ErrorCode;
  readonly details: Omit<ErrorDetails, 'cause'>;

  constructor(code: ErrorCode, details: ErrorDetails) {
    const { cause, ...shown } = details;
    super(describe(shown), cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = shown;
  }

  /** The code's name in the contract, e.g. `NOT_NIFTI`. */
  get codeName(): string {
    return enumName(ErrorCodeSchema, this.code);
  }

  get httpStatus(): number {
    return errorTraits(this.code).httpStatus;
  }

  get retryable(): boolean {
    return errorTraits(this.code).retryable;
  }

  /** The message for whoever sent the study. Faults of ours are told without their details: those name paths, buckets and hosts, and are for the log. */
  get publicMessage(): string {
    const { what, action } = this.details;
    return this.httpStatus < 500 ? this.message : describe({ what, ...(action !== undefined && { action }) });
  }

  /** The same error, said to be at `where` (unless it already says where within it). */
  at(where: string): HepastageError {
    const inner = this.details.where;
    return new HepastageError(this.code, {
      ...this.details,
      where: inner === undefined ? where : `${where}, ${inner}`,
      cause: this.cause,
    });
  }

  /** `error` itself if it is one of ours, else INTERNAL with `error` as its private cause. */
  static from(error: unknown): HepastageError {
    if (error instanceof HepastageError) return error;
    return new HepastageError(ErrorCode.INTERNAL, {
      what: 'something went wrong on our side',
      action: 'send the request again; if it stays, give the job or request id to support',
      cause: error,
    });
  }
}

function describe({ what, where, expected, received, action }: ErrorDetails): string {
  const place = where === undefined ? '' : `${where}: `;
  const values = [
    expected === undefined ? undefined : `expected ${expected}`,
    received === undefined ? undefined : `received ${received}`,
  ].filter((value) => value !== undefined);
  const facts = values.length === 0 ? '' : ` (${values.join(', ')})`;
  return `${place}${what}${facts}${action === undefined ? '' : `; ${action}`}`;
}
