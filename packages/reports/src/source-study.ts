import type { DicomInstance, Sequence } from '@hepastage/proto';
import type { SourceStudy } from './report-input.ts';

/** The slices that a volume was made of, in the order of its third axis: a Stack has them. */
export interface StagedStack {
  readonly slices: readonly {
    readonly instance: DicomInstance;
    /** Index into the instance's frames. */
    readonly index: number;
  }[];
}

/** The study that reports refer to, from the series that were chosen. Undefined where there are none: the study came as NIfTI. */
export function sourceStudyOf(chosen: ReadonlyMap<Sequence, StagedStack>): SourceStudy | undefined {
  const [first] = [...chosen.values()].flatMap(({ slices }) => slices);
  if (first === undefined) return undefined;
  return {
    studyInstanceUid: first.instance.studyInstanceUid,
    sequences: new Map(
      [...chosen].map(([sequence, { slices }]) => [
        sequence,
        {
          frameOfReferenceUid: slices[0]?.instance.frameOfReferenceUid ?? '',
          images: slices.map(({ instance, index }) => ({
            sopClassUid: instance.sopClassUid,
            sopInstanceUid: instance.sopInstanceUid,
            seriesInstanceUid: instance.seriesInstanceUid,
            frame: index + 1,
          })),
        },
      ]),
    ),
  };
}
