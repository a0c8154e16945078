import type { DatasetFiles, DatasetImage, Group, Sequence } from './layout.ts';
import { type Subject, subjectName } from './subject.ts';

/** Something to know about the dataset, and whom or what it concerns. */
export interface Finding {
  readonly what: string;
  readonly names: readonly string[];
}

/** What files and tables do not say of each other, as far as there is any. */
export function findingsOf(
  files: DatasetFiles,
  subjects: readonly Subject[],
  unlabelled: readonly DatasetImage[],
): Finding[] {
  const here = (group: Group, sequence?: Sequence): boolean =>
    files.images.some((image) => image.group === group && image.sequence === (sequence ?? image.sequence));
  // What nobody downloaded is missing as a folder, not patient by patient.
  const missing = subjects.flatMap(({ name, group, sequences, images }) =>
    sequences.length === 0
      ? here(group)
        ? [name]
        : []
      : sequences
          .filter((sequence) => here(group, sequence))
          .filter((sequence) => images.every((image) => image.sequence !== sequence))
          .map((sequence) => `${name} ${sequence}`),
  );
  const findings: Finding[] = [
    { what: 'images whose patient is in no table: not prepared', names: unlabelled.map(imageName) },
    { what: 'listed in a table, without an image', names: missing },
    {
      what: 'healthy subjects with an image that are in no table',
      names: subjects.filter(({ listed }) => !listed).map(({ name }) => name),
    },
    {
      what: 'images without a mask: prepared around the body only',
      names: files.images.filter(({ mask }) => mask === undefined).map(imageName),
    },
    { what: 'masks without an image', names: files.masksAlone },
    {
      what: 'sequences whose 3-D and 2-D folders are split differently: the 3-D one counts',
      names: subjects.filter(splitsByLayout).map(({ name }) => name),
    },
    { what: 'images and masks that are here twice: not used', names: files.repeated },
    { what: 'files that are no part of the dataset', names: files.unknown },
  ];
  return findings.filter(({ names }) => names.length > 0);
}

function splitsByLayout({ images, official }: Subject): boolean {
  return images.some(({ sequence, split }) => split !== official[sequence]);
}

function imageName(image: DatasetImage): string {
  return `${subjectName(image)} ${image.sequence} ${image.layout}`;
}
