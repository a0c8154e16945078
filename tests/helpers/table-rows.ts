export type Row = Readonly<Record<string, string>>;

/** The rows of a CSV file in which nothing is quoted. */
export function rowsOf(csv: string): Row[] {
  const [header = [], ...lines] = csv.trimEnd().split('\n').map((line) => line.split(',')); // prettier-ignore
  return lines.map((values) => Object.fromEntries(header.map((name, column) => [name, values[column]!])));
}
