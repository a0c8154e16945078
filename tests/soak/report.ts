import { type Level } from './levels.ts';
import { type Measure, measures, type Reading } from './readings.ts';

const columns = Object.keys(measures) as Measure[];

/** A Markdown table of some of the readings: the first, the last, and as many between as make `rowsMax`. */
export function tableOfReadings(readings: readonly Reading[], rowsMax = 12): string {
  const step = (readings.length - 1) / Math.max(1, Math.min(rowsMax, readings.length) - 1);
  const shown = new Set(
    Array.from({ length: Math.min(rowsMax, readings.length) }, (_, row) => Math.round(row * step)),
  );
  const rows = [...shown].map((at) => {
    const reading = readings[at]!;
    return [reading.studies.toLocaleString('en'), ...columns.map((column) => rounded(reading[column]))];
  });
  return table(['studies', ...columns], rows);
}

/** A Markdown table of how each measure went. */
export function tableOfLevels(levels: readonly Level[]): string {
  const rows = levels.map(({ measure, middle, last, perThousand, perThousandMax, isLevel }) => [
    measure,
    rounded(middle),
    rounded(last),
    perThousand.toFixed(2),
    perThousandMax === null ? 'by design' : String(perThousandMax),
    isLevel ? 'yes' : '**no**',
  ]);
  return table(['measure', 'middle third', 'last third', 'per 1,000 studies', 'at most', 'level'], rows);
}

export function line(reading: Reading): string {
  const figures = columns.map((column) => `${column} ${rounded(reading[column])}`);
  return `${reading.studies} studies: ${figures.join('; ')}`;
}

function rounded(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [
    rowOf(head),
    rowOf(head.map((_, column) => (column === 0 ? '---' : '---:'))),
    ...rows.map(rowOf),
  ].join('\n');
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
