/** Most characters of a decimal string (PS3.5, 6.2). */
const decimalCharactersMax = 16;
const longCharactersMax = 64;

/** A number as DS, with as many digits as it has room for: at least 9 significant ones. Throws a RangeError unless it is finite. */
export function decimalString(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('a decimal string holds finite numbers only');
  for (let digits = 17; ; digits--) {
    const text = String(Number(value.toPrecision(digits)));
    if (text.length <= decimalCharactersMax) return text;
  }
}

/** Typographic characters that our messages use, and what stands for them in ASCII. */
const plainCharacters: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '−': '-',
  '×': 'x',
  '…': '...',
  '\u00a0': ' ',
};

/** A text of ours in ASCII as far as it can be: many readers of reports know no other character set. */
export function plainText(text: string): string {
  return text.replaceAll(/[‘’“”–—−×…\u00a0]/g, (character) => plainCharacters[character] ?? character);
}

/** A text as LO: without what separates values or controls the page, cut to its length. */
export function longString(text: string): string {
  const plain = plainText(text)
    .replaceAll(/[\\\p{Cc}]/gu, ' ')
    .trim();
  return Array.from(plain).slice(0, longCharactersMax).join('').trim();
}

/** UTC, as DA. */
export function dateOf(time: Date): string {
  return time.toISOString().slice(0, 10).replaceAll('-', '');
}

/** UTC, as TM with milliseconds. */
export function timeOf(time: Date): string {
  return time.toISOString().slice(11, 23).replaceAll(':', '');
}
