/** First value of each header of a part, by its name in lower case. */
export type PartHeader = ReadonlyMap<string, string>;

/** Reads header lines (RFC 5322 2.2), of which those that are none are passed over. */
export function parsePartHeader(bytes: Buffer): PartHeader {
  const header = new Map<string, string>();
  // A line that begins with a space goes on where the one before ended.
  const lines = bytes
    .toString('latin1')
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  for (const line of lines) {
    const [, name, value = ''] = /^([^\s:]+)[ \t]*:(.*)$/s.exec(line) ?? [];
    if (name !== undefined && !header.has(name.toLowerCase())) header.set(name.toLowerCase(), value.trim());
  }
  return header;
}
