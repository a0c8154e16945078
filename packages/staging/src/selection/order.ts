import type { Stack } from '@hepastage/imaging';

/** By code unit: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The order of a study's series that does not depend on how they arrive: series number, SeriesInstanceUID, part. */
export function compareStacks({ series: a }: Stack, { series: b }: Stack): number {
  return (
    a.seriesNumber - b.seriesNumber ||
    compareText(a.seriesInstanceUid, b.seriesInstanceUid) ||
    a.part - b.part
  );
}
