import { unsafeArchive } from './archive-errors.ts';

/** What systems add to a zip file on their own: no part of a study. */
const leftovers = /(^|[/\\])(__MACOSX[/\\]|\.DS_Store$)/;
const directory = /[/\\]$/;

const unsafeNames = [
  { what: 'the name of a file within the zip holds a NUL', pattern: /\0/ },
  { what: 'the name of a file within the zip is an absolute path', pattern: /^([/\\]|[A-Za-z]:)/ },
  { what: 'the name of a file within the zip leads out of the zip', pattern: /(^|[/\\])\.\.([/\\]|$)/ },
] as const;

/**
 * Names are used for nothing; but a zip file with such a name was made to do harm somewhere, and is not to be trusted with the rest.
 * Throws UNSAFE_ARCHIVE.
 */
export function assertSafeName(name: string): void {
  for (const { what, pattern } of unsafeNames) {
    if (pattern.test(name)) throw unsafeArchive(what, 'make the zip file again, of one folder');
  }
}

/** Whether the entry is a file that somebody meant to send. */
export function isFile(name: string): boolean {
  return !directory.test(name) && !leftovers.test(name);
}
