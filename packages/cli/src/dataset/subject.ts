import type { DatasetImage, Group, Sequence, Split } from './layout.ts';
import type { TableRow } from './tables.ts';

/** One patient or healthy subject: what tables and files say together. */
export interface Subject extends Omit<TableRow, 'where'> {
  /** `patient-0005`, `healthy-0005`: their ids collide. */
  readonly name: string;
  /** Whether a table lists them. */
  readonly listed: boolean;
  readonly images: readonly DatasetImage[];
  /** The dataset's own split of each sequence that is here. */
  readonly official: Readonly<Partial<Record<Sequence, Split>>>;
}

export function isPatient({ group }: { readonly group: Group }): boolean {
  return group === 'patient';
}

export function subjectName({ group, id }: { readonly group: Group; readonly id: number }): string {
  return `${group}-${String(id).padStart(4, '0')}`;
}

/** The sequences that a subject has: `T1W only`, `T2W only`, `both`, or `none` that we know of. */
export function availabilityOf({ sequences }: Subject): string {
  if (sequences.length === 2) return 'both';
  return sequences[0] === undefined ? 'none' : `${sequences[0]} only`;
}

/** Whether the official splits of the two sequences put the subject on different sides: merged, they leak. */
export function isLeaked({ official }: Subject): boolean {
  return official.T1W !== undefined && official.T2W !== undefined && official.T1W !== official.T2W;
}
