import { open, rename, rm } from 'node:fs/promises';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { systemReason } from './system-reason.ts';

/**
 * Writes a table as its rows come. The file is complete or absent: without a row there is none, and what was written before a failure stays in `<path>.partial`,
 * which the error names. Throws INVALID_REQUEST where it can't be written.
 */
export async function writeTable(
  path: string,
  header: string,
  rows: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  const partial = `${path}.partial`;
  let isEmpty = true;
  await using file = await open(partial, 'w').catch(unwritable(partial));
  try {
    for await (const row of rows) {
      if (row === '') continue;
      await file.write(isEmpty ? header + row : row).catch(unwritable(partial));
      isEmpty = false;
    }
    if (!isEmpty) await rename(partial, path).catch(unwritable(path));
  } catch (error) {
    throw isEmpty ? error : withRowsIn(partial, error);
  } finally {
    if (isEmpty) await rm(partial, { force: true });
  }
}

function unwritable(path: string): (error: unknown) => never {
  return (error) => {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the table can’t be written',
      where: path,
      received: systemReason(error),
      action: 'give a file in a folder that you may write to',
    });
  };
}

function withRowsIn(partial: string, thrown: unknown): HepastageError {
  const { code, details, cause } = HepastageError.from(thrown);
  const kept = `the rows that were ready are in ${partial}`;
  const action = details.action === undefined ? kept : `${details.action}; ${kept}`;
  return new HepastageError(code, { ...details, action, cause });
}
