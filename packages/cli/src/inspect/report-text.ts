import type { FileReport } from './file-report.ts';

/** A report as people read it: the file's name, then a line per fact. */
export function reportText(report: FileReport): string {
  const lines = report.accepted ? acceptedLines(report) : [['refused', `${report.code}: ${report.message}`]];
  return [report.file, ...lines.map(([label, text]) => `  ${label!.padEnd(11)} ${text}`)].join('\n');
}

function acceptedLines({
  encoding,
  geometry,
  intensity,
  findings,
}: Extract<FileReport, { accepted: true }>): string[][] {
  const { format, datatype, byteOrder, gzip, slope, intercept } = encoding;
  const { dims, spacing, orientation, affineSource, affine } = geometry;
  const scaled = slope === 1 && intercept === 0 ? 'unscaled' : `× ${round(slope)} + ${round(intercept)}`;
  const { min, max, mean, percentiles } = intensity;
  return [
    ['format', `${format}, ${datatype}, ${byteOrder}-endian, ${gzip ? 'gzipped' : 'plain'}, ${scaled}`],
    [
      'grid',
      `${dims.join('×')} voxels of ${spacing.map(round).join('×')} mm, ${orientation}, by ${affineSource}`,
    ],
    ...[0, 1, 2].map((row) => [
      row === 0 ? 'affine' : '',
      affine.slice(4 * row, 4 * row + 4).map((value) => String(round(value)).padStart(9)).join(' '), // prettier-ignore
    ]),
    ['intensity', `${round(min)} to ${round(max)}, mean ${round(mean)}`],
    ['percentiles', Object.entries(percentiles).map(([percent, value]) => `${percent} %: ${round(value)}`).join(', ')], // prettier-ignore
    ...findings.map(({ severity, code, message, value }) => [
      severity.toLowerCase(),
      `${code}: ${message}${value === undefined ? '' : ` (${round(value)})`}`,
    ]),
  ];
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
