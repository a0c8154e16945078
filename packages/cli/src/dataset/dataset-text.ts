import { textTable } from '../inspect/text-table.ts';
import type { DatasetReport } from './dataset-report.ts';
import type { Finding } from './findings.ts';

/** Names of a finding that people are shown; the JSON has them all. */
const namesMax = 8;

/** The report for people. */
export function datasetText(report: DatasetReport): string {
  const { patients, healthy, images, absent, counts, leaks, splits, findings } = report;
  const sections = [
    [
      `CirrMRI600+: ${patients} patients listed, ${healthy} healthy subjects`,
      ...images.map((of) => `${of.sequence} ${of.layout}: ${of.images} images, ${of.masks} liver masks`),
      ...(absent.length > 0 ? [`not here: ${absent.join(', ')}`] : []),
    ],
    textTable([
      ['stage', 'availability', 'official T1W', 'official T2W', 'subjects'],
      ...counts.map((of) => [of.stage, of.availability, of.officialT1w, of.officialT2w, String(of.subjects)]),
    ]),
    textTable([
      ['split', 'fold', 'stage', 'subjects'],
      ...splits.map((of) => [of.split, String(of.fold ?? ''), of.stage, String(of.subjects)]),
    ]),
    [leakText(leaks), ...findings.map(findingText)],
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

function leakText(leaks: DatasetReport['leaks']): string {
  if (leaks.length === 0) return 'official splits: no patient is in two';
  const named = leaks.map(({ patient, T1W, T2W }) => `${patient} (T1W ${T1W}, T2W ${T2W})`);
  return `official splits: merged, they leak ${leaks.length} patients: ${named.join(', ')}`;
}

function findingText({ what, names }: Finding): string {
  const more = names.length > namesMax ? `, and ${names.length - namesMax} more` : '';
  return `${what}: ${names.length} (${names.slice(0, namesMax).join(', ')}${more})`;
}
