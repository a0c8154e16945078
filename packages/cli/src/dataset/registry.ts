import { ErrorCode, HepastageError } from '@hepastage/proto';
import { type Finding, findingsOf } from './findings.ts';
import type { DatasetFiles, DatasetImage } from './layout.ts';
import { isPatient, type Subject, subjectName } from './subject.ts';
import type { TableRow } from './tables.ts';

export interface Registry {
  /** By name. */
  readonly subjects: readonly Subject[];
  readonly findings: readonly Finding[];
}

/** Merges T1W, T2W, files and tables by subject. Throws INVALID_CONFIG where tables contradict each other; INVALID_REQUEST without the patients' tables. */
export function registryOf(files: DatasetFiles, rows: readonly TableRow[]): Registry {
  if (files.images.some(isPatient) && !rows.some(isPatient)) {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the stages of the patients are not here',
      expected: 'Metadata/CirrMRI600+_CompleteData_age_gender_evaluation.csv',
      action: 'download the folder Metadata too',
    });
  }
  const rowsBy = Map.groupBy(rows, subjectName);
  const imagesBy = Map.groupBy(files.images, subjectName);
  const names = [...new Set([...rowsBy.keys(), ...imagesBy.keys()])].sort();
  const subjects: Subject[] = [];
  const unlabelled: DatasetImage[] = [];
  for (const name of names) {
    const images = imagesBy.get(name) ?? [];
    const row = mergedRow(rowsBy.get(name) ?? []) ?? unlistedRow(images);
    if (row === undefined) unlabelled.push(...images);
    else subjects.push(subjectOf(name, row, images));
  }
  return { subjects, findings: findingsOf(files, subjects, unlabelled) };
}

type Merged = Omit<Subject, 'name' | 'images' | 'official'>;

/** What the tables say together. Throws INVALID_CONFIG where they differ. */
function mergedRow(rows: readonly TableRow[]): Merged | undefined {
  const [first, ...others] = rows;
  if (first === undefined) return undefined;
  for (const field of ['stage', 'ageYears', 'gender'] as const) {
    const other = others.find((row) => row[field] !== first[field]);
    if (other === undefined) continue;
    throw new HepastageError(ErrorCode.INVALID_CONFIG, {
      what: `the tables differ about ${subjectName(first)}`,
      where: `${first.where} and ${other.where}`,
      received: `${first[field]} and ${other[field]}`,
      action: 'compare the tables with the published ones',
    });
  }
  const { group, id, stage, ageYears, gender } = first;
  return {
    group,
    id,
    stage,
    ageYears,
    gender,
    listed: true,
    sequences: rows.flatMap((row) => row.sequences),
  };
}

/** Healthy subjects need no table: their folder says that they are healthy. */
function unlistedRow([image]: readonly DatasetImage[]): Merged | undefined {
  if (image?.group !== 'healthy') return undefined;
  const { group, id } = image;
  return {
    group,
    id,
    stage: 'healthy',
    ageYears: undefined,
    gender: undefined,
    listed: false,
    sequences: [],
  };
}

function subjectOf(name: string, row: Merged, images: readonly DatasetImage[]): Subject {
  const sequences = [...row.sequences, ...images.map(({ sequence }) => sequence)];
  // Of a sequence that is here both ways, the volume's split counts.
  const byLayout = images.toSorted((a, b) => a.layout.localeCompare(b.layout));
  const official = byLayout.map(({ sequence, split }) => ({ ...(split && { [sequence]: split }) }));
  return { ...row, name, sequences: [...new Set(sequences)].sort(), images, official: Object.assign({}, ...official) as Subject['official'] }; // prettier-ignore
}
