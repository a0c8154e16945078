import { ErrorCode, HepastageError } from '@hepastage/proto';
import { Finding } from './target.ts';

/** The code of a refusal. Throws what is no refusal: errors of other classes, and codes that say that the fault is ours. */
export function refusalCode(error: unknown): string {
  if (error instanceof HepastageError && error.code !== ErrorCode.INTERNAL && error.httpStatus < 500) {
    return error.codeName;
  }
  throw error;
}

/** What a finding is, in a line and a stack: for whoever mends it. */
export function describeFinding(error: unknown): string {
  if (error instanceof Finding) return error.message;
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : '';
  return `threw ${error.stack ?? error.message}${cause}`;
}
