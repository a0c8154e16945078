import type { Conversion, SeriesName } from './convert-study.ts';

/** A conversion as people read it: a line per file, then what no file was made of. */
export function conversionText(
  { volumes, passedOver, skipped, sharedNumbers }: Conversion,
  out: string,
): string {
  const lines = [
    ...volumes.map(
      ({ file, partName, dims, spacing, orientation }) =>
        `${out}/${file}   ${dims.join('×')} voxels of ${spacing.map(round).join('×')} mm, ${orientation}${partOf(partName)}`,
    ),
    ...volumes.flatMap(({ file, findings }) =>
      findings
        .filter(({ severity }) => severity !== 'INFO')
        .map(({ severity, code, message }) => `${severity.toLowerCase()} ${file}: ${code}: ${message}`),
    ),
    ...sharedNumbers.map(
      ({ seriesNumber, seriesInstanceUids }) =>
        `note series number ${seriesNumber} is shared; by letter: ${seriesInstanceUids.join(', ')}`,
    ),
    ...passedOver.map((series) => `no volume of series ${nameOf(series)}: ${series.code}: ${series.message}`),
    ...skipped.map(({ code, count }) => `passed over ${count} file${count === 1 ? '' : 's'}: ${code}`),
    `${volumes.length} volume${volumes.length === 1 ? '' : 's'} written to ${out}, none made of ${passedOver.length} series`,
  ];
  return lines.join('\n');
}

function nameOf({ seriesNumber, part, partName }: SeriesName): string {
  return partName === '' ? String(seriesNumber) : `${seriesNumber}.${part}${partOf(partName)}`;
}

function partOf(partName: string): string {
  return partName === '' ? '' : ` (${partName})`;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
