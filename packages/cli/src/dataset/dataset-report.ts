import type { DatasetFiles, Sequence, Split } from './layout.ts';
import type { Finding } from './findings.ts';
import type { Registry } from './registry.ts';
import { availabilityOf, isLeaked, type Subject } from './subject.ts';
import type { Assignment } from './splits.ts';

/** What a dataset holds. */
export interface DatasetReport {
  /** Patients that the tables list. */
  readonly patients: number;
  readonly healthy: number;
  readonly images: readonly { readonly sequence: Sequence; readonly layout: string; readonly images: number; readonly masks: number }[]; // prettier-ignore
  /** Folders that people download one by one, and that are not here. */
  readonly absent: readonly string[];
  readonly counts: readonly SubjectCount[];
  /** Patients whom the official splits put on different sides by sequence. */
  readonly leaks: readonly { readonly patient: string; readonly T1W: Split; readonly T2W: Split }[];
  /** Subjects by stage in each split that is prepared. */
  readonly splits: readonly { readonly split: string; readonly fold?: number; readonly stage: string; readonly subjects: number }[]; // prettier-ignore
  readonly findings: readonly Finding[];
}

/** Subjects alike in stage, in the sequences that they have and in the official splits of these. */
interface SubjectCount {
  readonly stage: string;
  readonly availability: string;
  readonly officialT1w: Split | 'none';
  readonly officialT2w: Split | 'none';
  readonly subjects: number;
}

export function datasetReport(
  { images }: DatasetFiles,
  { subjects, findings }: Registry,
  assignments: ReadonlyMap<string, Assignment>,
): DatasetReport {
  const inGroup = (group: string): number => subjects.filter((subject) => subject.group === group).length;
  return {
    patients: subjects.filter(({ group, listed }) => group === 'patient' && listed).length,
    healthy: inGroup('healthy'),
    images: counted(images, ({ sequence, layout }) => ({ sequence, layout })).map(([of, members]) => ({
      ...of,
      images: members.length,
      masks: members.filter(({ mask }) => mask !== undefined).length,
    })),
    absent: absentFolders(images),
    counts: counted(subjects, countedBy).map(([of, { length }]) => ({ ...of, subjects: length })),
    leaks: subjects
      .filter(isLeaked)
      .map(({ name, official }) => ({ patient: name, T1W: official.T1W!, T2W: official.T2W! })),
    splits: counted(
      subjects.filter(({ name }) => assignments.has(name)),
      ({ name, stage }) => ({ ...assignments.get(name)!, stage }),
    ).map(([of, { length }]) => ({ ...of, subjects: length })),
    findings,
  };
}

function countedBy(subject: Subject): Omit<SubjectCount, 'subjects'> {
  const { stage, official } = subject;
  return {
    stage,
    availability: availabilityOf(subject),
    officialT1w: official.T1W ?? 'none',
    officialT2w: official.T2W ?? 'none',
  };
}

/** Items grouped by what `by` says of them, sorted by that. */
function counted<T, K extends object>(items: readonly T[], by: (item: T) => K): [K, T[]][] {
  const groups = Map.groupBy(items, (item) => JSON.stringify(by(item)));
  return [...groups.keys()].sort().map((key) => [JSON.parse(key) as K, groups.get(key)!]);
}

function absentFolders(images: DatasetFiles['images']): string[] {
  const folders = [1, 2].flatMap((t) => {
    const sequence = `T${t}W`;
    return [
      { name: `Cirrhosis_T${t}_3D`, group: 'patient', sequence, layout: '3d' },
      { name: `Cirrhosis_T${t}_2D`, group: 'patient', sequence, layout: '2d' },
      { name: `Healthy_subjects/T${t}_W_Healthy`, group: 'healthy', sequence, layout: '3d' },
    ];
  });
  return folders
    .filter(({ group, sequence, layout }) =>
      images.every(
        (image) => image.group !== group || image.sequence !== sequence || image.layout !== layout,
      ),
    )
    .map(({ name }) => name);
}
