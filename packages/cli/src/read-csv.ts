import { ErrorCode, HepastageError } from '@hepastage/proto';
import { parse } from 'csv-parse/sync';

/** The rows of a table with a header, whatever wrote it: a byte order mark, spaces around cells and empty lines are no content. Throws INVALID_CONFIG. */
export function readCsv<Row extends Readonly<Record<string, string | undefined>>>(
  text: string,
  path: string,
): Row[] {
  try {
    return parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  } catch (error) {
    throw new HepastageError(ErrorCode.INVALID_CONFIG, {
      what: 'the table is no CSV',
      where: path,
      action: 'write it as comma-separated values with one header row',
      cause: error,
    });
  }
}
