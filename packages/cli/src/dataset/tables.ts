import { basename } from 'node:path';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { readInputFile } from '../input-file.ts';
import { readCsv } from '../read-csv.ts';
import type { Group, Sequence } from './layout.ts';

/** `Radiological Evaluation` and `Gender` as the dataset's labels.txt explains them. */
const stages: Readonly<Record<string, PatientStage>> = { 1: 'mild', 2: 'moderate', 3: 'severe' };
const genders: Readonly<Record<string, Gender>> = { 1: 'F', 2: 'M' };

type PatientStage = 'mild' | 'moderate' | 'severe';
export type Gender = 'F' | 'M';

/** One row of a table. */
export interface TableRow {
  readonly group: Group;
  readonly id: number;
  readonly stage: PatientStage | 'healthy';
  readonly ageYears: number | undefined;
  readonly gender: Gender | undefined;
  /** The sequences that the patient has, as far as the table says: those of one sequence or of pairs do. */
  readonly sequences: readonly Sequence[];
  /** File name and row: where a contradiction is found. */
  readonly where: string;
}

type CsvRecord = Readonly<Record<string, string>>;

/** Reads one table of `Metadata/`. Throws INVALID_CONFIG for anything that is no label of the dataset, with its row. */
export async function readTable(path: string): Promise<TableRow[]> {
  const records = readCsv<CsvRecord>((await readInputFile(path)).toString('utf8'), path);
  const group: Group = /^healthy/i.test(basename(path)) ? 'healthy' : 'patient';
  const sequences = sequencesOf(basename(path));
  return records.map((record, n) => {
    const where = `${basename(path)} row ${n + 1}`;
    const cell = (column: string): string => cellOf(record, column, where);
    return {
      group,
      id: idOf(cell(group === 'healthy' ? 'ID' : 'Patient ID'), where),
      stage: group === 'healthy' ? 'healthy' : labelled(stages, record, 'Radiological Evaluation', where),
      ageYears: ageOf(cell('Age'), where),
      gender: cell('Gender') === '' ? undefined : labelled(genders, record, 'Gender', where),
      sequences,
      where,
    };
  });
}

function sequencesOf(name: string): readonly Sequence[] {
  if (/^T1&T2_Paired/i.test(name)) return ['T1W', 'T2W'];
  if (/^T1_/i.test(name)) return ['T1W'];
  return /^T2_/i.test(name) ? ['T2W'] : [];
}

function cellOf(record: CsvRecord, column: string, where: string): string {
  const value = record[column];
  if (value !== undefined) return value;
  throw invalid(where, {
    what: 'the table lacks a column',
    expected: column,
    received: Object.keys(record).join(','),
  });
}

function labelled<T extends string>(
  labels: Readonly<Record<string, T>>,
  record: CsvRecord,
  column: string,
  where: string,
): T {
  const value = cellOf(record, column, where);
  const label = labels[value];
  if (label !== undefined) return label;
  const expected = Object.entries(labels).map(([number, name]) => `${number} (${name})`);
  throw invalid(`${where}, ${column}`, { what: 'the value is unknown', expected: expected.join(', '), received: value }); // prettier-ignore
}

function idOf(text: string, where: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw invalid(where, { what: 'the id is no number', received: text });
}

function ageOf(text: string, where: string): number | undefined {
  if (text === '') return undefined;
  const age = Number(text);
  if (age >= 0 && age <= 120) return age;
  throw invalid(`${where}, Age`, {
    what: 'the age is impossible',
    expected: '0 to 120 years',
    received: text,
  });
}

function invalid(
  where: string,
  details: { what: string; expected?: string; received?: string },
): HepastageError {
  return new HepastageError(ErrorCode.INVALID_CONFIG, {
    where,
    ...details,
    action: 'compare the table with the published one',
  });
}
