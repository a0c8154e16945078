import { enumName, ErrorCode, HepastageError, type ModelManifest, SequenceSchema } from '@hepastage/proto';
import type { CohortRow } from '../prepare/cohort.ts';

/** A study of a cohort, prepared in one way. */
export interface CohortStudy extends Pick<CohortRow, 'study' | 'variant' | 'stage' | 'split' | 'fold'> {
  readonly patient: string;
  /** One a sequence, T1W before T2W. */
  readonly volumes: readonly CohortRow[];
}

/** The rows of a cohort by study and variant, in the order of the table. Throws INVALID_CONFIG where a study has two labels. */
export function studiesOf(rows: readonly CohortRow[]): CohortStudy[] {
  const groups = Map.groupBy(rows, ({ study, variant }) => `${study} ${variant}`);
  return [...groups.values()].map((volumes) => {
    const [first] = volumes as [CohortRow];
    const labels = labelsOf(first);
    const other = volumes
      .map(labelsOf)
      .find((one) => Object.values(one).join() !== Object.values(labels).join());
    if (other !== undefined) {
      throw new HepastageError(ErrorCode.INVALID_CONFIG, {
        what: 'a study has two labels',
        where: `study ${first.study}, ${first.variant}`,
        expected: JSON.stringify(labels),
        received: JSON.stringify(other),
        action: 'correct the cohort table',
      });
    }
    return { ...labels, volumes: volumes.toSorted((one, two) => (one.sequence < two.sequence ? -1 : 1)) };
  });
}

/** Before hours of staging. Throws INVALID_CONFIG where the model of `manifest` has no encoder for a volume of the table at `path`. */
export function assertSequences(rows: readonly CohortRow[], manifest: ModelManifest, path: string): void {
  const known = manifest.sequences.map(({ sequence }) => enumName(SequenceSchema, sequence));
  const unknown = rows.find(({ sequence }) => !known.includes(sequence));
  if (unknown === undefined) return;
  throw new HepastageError(ErrorCode.INVALID_CONFIG, {
    what: `the cohort holds ${unknown.sequence} volumes, which model ${manifest.name}@${manifest.version} can’t stage`,
    where: path,
    expected: known.join(' or '),
    action: 'take these rows out of the table, or choose a model of both sequences',
  });
}

function labelsOf({
  study,
  patient = study,
  stage,
  split,
  fold,
  variant,
}: CohortRow): Omit<CohortStudy, 'volumes'> {
  return { study, patient, stage, split, variant, ...(fold === undefined ? {} : { fold }) };
}
