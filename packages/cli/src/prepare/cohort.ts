import { dirname, resolve } from 'node:path';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { readCsv } from '../read-csv.ts';

/** How a volume is prepared: around the whole body, or around its liver mask. */
const variants = ['body', 'liver'] as const;
const sequences = ['T1W', 'T2W'] as const;
const columns = ['study', 'sequence', 'variant', 'image', 'liver_mask', 'stage', 'split'] as const;
/** A table may do without these. */
const optionalColumns = ['patient', 'fold'] as const;
/** Cross-validation is five-fold: folds are numbered from 0. */
export const folds = 5;
/** Study names become file names. */
const studyPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** One volume of a cohort. Paths are absolute: of NIfTI files, or of folders of PNG slices. */
export interface CohortRow {
  readonly study: string;
  readonly sequence: (typeof sequences)[number];
  readonly variant: (typeof variants)[number];
  readonly image: string;
  /** Set for the variant `liver` only. */
  readonly liverMask: string | undefined;
  readonly stage: string;
  readonly split: string;
  /** Who it is of, where a patient has several studies: they are never parted by a split. */
  readonly patient?: string;
  /** The fold of cross-validation that tests it, 0 to 4. */
  readonly fold?: number;
}

/** Parses a cohort table whose paths are relative to `path`, the table's own. Throws INVALID_CONFIG. */
export function parseCohort(text: string, path: string): CohortRow[] {
  const records = readCsv<CsvRecord>(text, path);
  const missing = columns.filter((column) => records[0] !== undefined && !(column in records[0]));
  if (missing.length > 0) {
    throw invalid(path, { what: 'the table lacks columns', expected: columns.join(','), received: `no ${missing.join(', ')}` }); // prettier-ignore
  }
  if (records.length === 0)
    throw invalid(path, { what: 'the table has no rows', expected: columns.join(',') });
  const rows = records.map((record, n) => parseRow(record, `${path} row ${n + 1}`, dirname(path)));
  const repeated = rows.find((row, n) => rows.findIndex((other) => nameOf(other) === nameOf(row)) !== n);
  if (repeated !== undefined)
    throw invalid(path, { what: 'a volume is listed twice', received: nameOf(repeated) });
  checkFolds(rows, path);
  return rows;
}

/** A patient in two folds would be trained on and tested at once. */
function checkFolds(rows: readonly CohortRow[], path: string): void {
  const firstOf = new Map<string, CohortRow>();
  for (const row of rows) {
    const patient = row.patient ?? row.study;
    const first = firstOf.get(patient) ?? row;
    if (first.fold !== row.fold) {
      const [one, other] = [first, row].map(({ fold }) => (fold === undefined ? 'none' : String(fold)));
      throw invalid(path, { what: 'a patient is in two folds', expected: 'one', received: `${patient} in ${one} and ${other}` }); // prettier-ignore
    }
    firstOf.set(patient, first);
  }
}

/** Identifies a volume within its cohort, and names its tensor file. */
export function nameOf({ study, sequence, variant }: CohortRow): string {
  return `${study}.${sequence.toLowerCase()}.${variant}`;
}

type CsvRecord = Readonly<Record<(typeof columns)[number], string>> &
  Readonly<Partial<Record<(typeof optionalColumns)[number], string>>>;

function parseRow(record: CsvRecord, where: string, folder: string): CohortRow {
  const oneOf = <T extends string>(column: (typeof columns)[number], allowed: readonly T[]): T => {
    const found = allowed.find((value) => value === record[column]);
    if (found !== undefined) return found;
    const expected = allowed.join(' or ');
    throw invalid(`${where}, ${column}`, {
      what: 'the value is unknown',
      expected,
      received: record[column],
    });
  };
  const filled = (column: (typeof columns)[number]): string => {
    if (record[column] !== '') return record[column];
    throw invalid(`${where}, ${column}`, { what: 'the value is empty' });
  };

  const study = filled('study');
  if (!studyPattern.test(study)) {
    throw invalid(`${where}, study`, {
      what: 'the name is no file name',
      expected: 'letters, digits, . _ -',
    });
  }
  const variant = oneOf('variant', variants);
  if (variant === 'body' && record.liver_mask !== '') {
    throw invalid(`${where}, liver_mask`, { what: 'the variant body takes no mask', expected: 'nothing' });
  }
  return {
    study,
    sequence: oneOf('sequence', sequences),
    variant,
    image: resolve(folder, filled('image')),
    liverMask: variant === 'liver' ? resolve(folder, filled('liver_mask')) : undefined,
    stage: filled('stage'),
    split: filled('split'),
    ...(record.patient && { patient: record.patient }),
    ...(record.fold && { fold: parseFold(record.fold, where) }),
  };
}

function parseFold(text: string, where: string): number {
  const fold = Number(text);
  if (Number.isInteger(fold) && fold >= 0 && fold < folds) return fold;
  throw invalid(`${where}, fold`, { what: 'the fold is unknown', expected: `0 to ${folds - 1}`, received: text }); // prettier-ignore
}

function invalid(
  where: string,
  details: { what: string; expected?: string; received?: string },
): HepastageError {
  return new HepastageError(ErrorCode.INVALID_CONFIG, {
    where,
    ...details,
    action: 'correct the cohort table',
  });
}
