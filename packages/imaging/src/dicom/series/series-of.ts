import { type DicomInstance, Sequence } from '@hepastage/proto';
import type { DicomSeries, SeriesImage } from '../dicom-series.ts';
import { divided, type Part, type Split } from './part.ts';
import { byBValue, byComponent, byEchoTime, byImageType, byInversionTime } from './split-by-kind.ts';
import { byGrid, byOrientation } from './split-by-place.ts';
import { byTime } from './split-by-time.ts';

/** What sets images of one SeriesInstanceUID apart, in this order: the last only where images still lie at one place. */
const splits: readonly Split[] = [
  byComponent,
  byImageType,
  byEchoTime,
  byBValue,
  byInversionTime,
  byGrid,
  byOrientation,
  byTime,
];

/** What the sender named is kept apart, whatever it is. */
const sequenceNames: ReadonlyMap<Sequence, string> = new Map([
  [Sequence.T1W, 'sent as T1W'],
  [Sequence.T2W, 'sent as T2W'],
  [Sequence.SEQUENCE_UNSPECIFIED, 'sent as any'],
]);

/**
 * The series of a study, in order of series number, SeriesInstanceUID and part. Objects that came twice (one SOP Instance UID) count once. The result
 * does not depend on the order of the instances. O(n log n).
 */
export function seriesOf(instances: readonly DicomInstance[]): DicomSeries[] {
  const ordered = instances.toSorted(inOrder);
  const distinct = new Map<string, DicomInstance>();
  for (const instance of ordered) {
    if (!distinct.has(instance.sopInstanceUid)) distinct.set(instance.sopInstanceUid, instance);
  }
  const bySeries = Map.groupBy(distinct.values(), ({ seriesInstanceUid }) => seriesInstanceUid);
  return [...bySeries.values()]
    .flatMap(partsOf)
    .toSorted(
      (a, b) =>
        a.seriesNumber - b.seriesNumber ||
        compareTexts(a.seriesInstanceUid, b.seriesInstanceUid) ||
        a.part - b.part,
    );
}

function partsOf(instances: readonly DicomInstance[]): DicomSeries[] {
  const [{ seriesInstanceUid, seriesNumber }] = instances as [DicomInstance];
  const images = instances.flatMap((instance) =>
    instance.frames.map((frame, index): SeriesImage => ({ instance, index, frame })),
  );
  if (images.length === 0) return [];
  const bySequence = Map.groupBy(images, ({ instance }) => instance.sequence);
  const sent = [...sequenceNames].flatMap(([sequence, name]): Part[] => {
    const members = bySequence.get(sequence) ?? [];
    return members.length === 0 ? [] : [{ images: members, names: bySequence.size > 1 ? [name] : [] }];
  });
  const parts = splits.reduce(
    (whole: readonly Part[], split) => whole.flatMap((part) => divided(part, split)),
    sent,
  );
  return parts.map((part, n) => {
    const own = new Set(part.images.map(({ instance }) => instance));
    return {
      seriesInstanceUid,
      seriesNumber,
      part: n + 1,
      partName: part.names.join(', '),
      words: [...new Set([...own].flatMap(({ words }) => words))],
      sequence: part.images[0]!.instance.sequence,
      images: part.images,
    };
  });
}

/** By instance number, then by what is the same whoever sends it. */
function inOrder(a: DicomInstance, b: DicomInstance): number {
  return (
    a.instanceNumber - b.instanceNumber ||
    compareTexts(a.sopInstanceUid, b.sopInstanceUid) ||
    compareTexts(a.seriesInstanceUid, b.seriesInstanceUid) ||
    a.sequence - b.sequence ||
    compareTexts(a.sha256, b.sha256) ||
    compareTexts(a.key, b.key)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
