import type { CohortRow } from '../prepare/cohort.ts';
import type { DatasetImage, ImageLayout, Sequence } from './layout.ts';
import type { Subject } from './subject.ts';
import type { Assignment } from './splits.ts';

/** The images to prepare: those of one sequence or of both, as volumes or as slices. */
export interface ImageChoice {
  readonly sequence: Sequence | undefined;
  /** Undefined: volumes where a sequence is here both ways. */
  readonly layout: ImageLayout | undefined;
}

/** The images that are prepared. A sequence is never taken partly from volumes and partly from slices: they differ. */
export function chosenImages(
  images: readonly DatasetImage[],
  { sequence, layout }: ImageChoice,
): DatasetImage[] {
  const asVolumes = new Set(images.filter((image) => image.layout === '3d').map(kindOf));
  return images
    .filter((image) => sequence === undefined || image.sequence === sequence)
    .filter((image) => image.layout === (layout ?? (asVolumes.has(kindOf(image)) ? '3d' : '2d')));
}

/** What is either volumes or slices as a whole. */
function kindOf({ group, sequence }: DatasetImage): string {
  return `${group} ${sequence}`;
}

/** The cohort that the images are, by subject: each around the body and, where it has a mask, around the liver. */
export function cohortOf(
  subjects: readonly Subject[],
  chosen: ReadonlySet<string>,
  assignments: ReadonlyMap<string, Assignment>,
): CohortRow[] {
  return subjects.flatMap(({ name, stage, images }) => {
    const assignment = assignments.get(name);
    if (assignment === undefined) return [];
    return images
      .filter(({ image }) => chosen.has(image))
      .flatMap(({ sequence, image, mask }): CohortRow[] => {
        const labels = { study: name, patient: name, sequence, image, stage, ...assignment };
        const body: CohortRow = { ...labels, variant: 'body', liverMask: undefined };
        return mask === undefined ? [body] : [body, { ...labels, variant: 'liver', liverMask: mask }];
      });
  });
}
