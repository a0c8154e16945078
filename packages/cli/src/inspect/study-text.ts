import type { FindingJson, SeriesReportJson } from '@hepastage/proto';
import type { StudyReport } from './study-report.ts';
import { textTable } from './text-table.ts';

const nothing = '–';

/** A study as people read it: the verdict, a line per series, then why and what is wrong with it. */
export function studyText(report: StudyReport): string {
  const { file, series, skipped, duplicates } = report;
  const refused = report.accepted ? [] : [`refused     ${report.code}: ${report.message}`];
  const lines = [
    ...(report.accepted
      ? [`accepted    ${series.filter(isStaged).map(stagedAs).sort().join(', ')}`]
      : refused),
    ...skipped.map(({ code, count }) => `passed over ${files(count ?? 0)}: ${code}`),
    ...(duplicates === 0 ? [] : [`passed over ${files(duplicates)}: an instance that came before`]),
    ...(series.length === 0 ? [] : ['', ...textTable([heading, ...series.map(rowOf)])]),
    ...series.flatMap((one) => ['', ...reasonLines(one)]),
  ];
  return [file, ...lines.map((line) => `  ${line}`.trimEnd())].join('\n');
}

const heading = ['series', 'role', 'rule', 'words', 'grid', 'TR/TE/FA'];

function rowOf(series: SeriesReportJson): string[] {
  const { role, rule = '', words = [] } = series;
  return [
    nameOf(series),
    isStaged(series) ? role! : 'passed over',
    rule,
    words.join(' ') || nothing,
    gridOf(series),
    timingOf(series),
  ];
}

function reasonLines(series: SeriesReportJson): string[] {
  const { partName = '', reason = '', findings = [] } = series;
  const part = partName === '' ? '' : ` (${partName})`;
  return [`${nameOf(series)}${part}: ${reason}`, ...findings.map((finding) => `  ${findingLine(finding)}`)];
}

function findingLine({ severity = 'UNSPECIFIED', code, message = '', value }: FindingJson): string {
  // Most messages tell their number themselves.
  const number = value === undefined || /\d/.test(message) ? '' : ` (${round(value)})`;
  return `${severity.toLowerCase().padEnd(7)} ${code}: ${message}${number}`;
}

/** `4`, or `4.2` of several that share a SeriesInstanceUID. */
function nameOf({ seriesNumber = 0, part = 1, partName = '' }: SeriesReportJson): string {
  return partName === '' && part === 1 ? String(seriesNumber) : `${seriesNumber}.${part}`;
}

function stagedAs(series: SeriesReportJson): string {
  return `${series.role} is series ${nameOf(series)}`;
}

function isStaged({ role }: SeriesReportJson): boolean {
  return role === 'T1W' || role === 'T2W';
}

function gridOf({ geometry, frames = 0 }: SeriesReportJson): string {
  if (geometry === undefined) return `no volume of ${frames} image${frames === 1 ? '' : 's'}`;
  const { dims = [], spacingMm = [], orientation = '' } = geometry;
  return `${dims.join('×')} ${spacingMm.map(round).join('×')} mm ${orientation}`;
}

function timingOf({ physics = {} }: SeriesReportJson): string {
  const { repetitionTimeMs, echoTimeMs, flipAngleDegrees, inversionTimeMs, bValue } = physics;
  const timing = [repetitionTimeMs, echoTimeMs, flipAngleDegrees].map(round).join('/');
  const inversion = inversionTimeMs === undefined ? '' : ` TI ${round(inversionTimeMs)}`;
  return `${timing}${inversion}${bValue === undefined ? '' : ` b ${round(bValue)}`}`;
}

/** Canonical JSON writes numbers that JSON lacks as words. */
function round(value: number | 'NaN' | 'Infinity' | '-Infinity' | undefined): string {
  if (value === undefined) return nothing;
  return String(Number(Number(value).toPrecision(4)));
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}
