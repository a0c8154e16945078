import { csvLine } from '../csv-line.ts';
import { availabilityOf, isLeaked, type Subject } from './subject.ts';
import type { Assignment } from './splits.ts';

const columns = [
  'patient',
  'group',
  'id',
  'stage',
  'age_years',
  'gender',
  'availability',
  'official_t1w',
  'official_t2w',
  'official_leak',
  'fold',
  'split',
] as const;

/** The registry as a table. */
export function registryCsv(
  subjects: readonly Subject[],
  assignments: ReadonlyMap<string, Assignment>,
): string {
  const lines = subjects.map((subject) => {
    const { name, group, id, stage, ageYears, gender, official } = subject;
    const { fold, split } = assignments.get(name) ?? {};
    const cells: Readonly<Record<(typeof columns)[number], string | number | boolean | undefined>> = {
      patient: name,
      group,
      id,
      stage,
      age_years: ageYears,
      gender,
      availability: availabilityOf(subject),
      official_t1w: official.T1W,
      official_t2w: official.T2W,
      official_leak: isLeaked(subject),
      fold,
      split,
    };
    return csvLine(columns.map((column) => cells[column]));
  });
  return [csvLine(columns), ...lines].join('');
}
