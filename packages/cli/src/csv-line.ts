/** A line of CSV (RFC 4180). Undefined is an empty cell. */
export function csvLine(values: readonly (string | number | boolean | undefined)[]): string {
  return `${values.map((value) => cell(String(value ?? ''))).join(',')}\n`;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
