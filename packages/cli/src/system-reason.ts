import { getSystemErrorMessage } from 'node:util';

/** What the operating system says of an error, without Node's own words: `permission denied`. */
export function systemReason(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  return errno === undefined ? String(error) : getSystemErrorMessage(errno);
}
