import { type DataSet, itemsOf } from '@hepastage/dicom';

/** Keywords of sequences. */
export type GroupKeyword = Parameters<typeof itemsOf>[1];

/** Where a frame's attributes stand, the most specific place first. */
export interface FrameSource {
  /** The object's own attributes: all that a classic one has. */
  readonly object: DataSet;
  /** Of an enhanced object: the groups of this frame, then those that all frames share. */
  readonly groups: readonly DataSet[];
}

/** The sources of the object's frames (DICOM PS3.3, C.7.6.16). A classic object has no groups. */
export function frameSources(object: DataSet, frames: number): FrameSource[] {
  const shared = itemsOf(object, 'SharedFunctionalGroupsSequence').slice(0, 1);
  const perFrame = itemsOf(object, 'PerFrameFunctionalGroupsSequence');
  return Array.from({ length: frames }, (_, n) => ({
    object,
    groups: [...perFrame.slice(n, n + 1), ...shared],
  }));
}

/** The first value that `read` finds: in this frame's group, in the shared one, in the object itself. */
export function first<T>(
  { object, groups }: FrameSource,
  group: GroupKeyword | undefined,
  read: (dataSet: DataSet) => T | undefined,
): T | undefined {
  // Some objects have the sequence outside of functional groups.
  const places = group === undefined ? [] : [...groups, object];
  const inGroups = places.flatMap((place) => itemsOf(place, group!).slice(0, 1));
  for (const dataSet of [...inGroups, object]) {
    const value = read(dataSet);
    if (value !== undefined) return value;
  }
  return undefined;
}
