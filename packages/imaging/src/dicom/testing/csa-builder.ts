/** A Siemens CSA header in the SV10 format, of elements with items of text. */
export function buildCsaHeader(elements: Readonly<Record<string, readonly string[]>>): Buffer {
  const head = Buffer.alloc(16);
  head.write('SV10\x04\x03\x02\x01', 'latin1');
  head.writeUInt32LE(Object.keys(elements).length, 8);
  head.writeUInt32LE(77, 12);
  return Buffer.concat([head, ...Object.entries(elements).map(([name, texts]) => element(name, texts))]);
}

function element(name: string, texts: readonly string[]): Buffer {
  const head = Buffer.alloc(84);
  head.write(name, 'latin1');
  head.writeInt32LE(texts.length, 64);
  head.write('FD', 68, 'latin1');
  head.writeInt32LE(texts.length, 76);
  head.writeInt32LE(77, 80);
  return Buffer.concat([head, ...texts.map(item)]);
}

function item(text: string): Buffer {
  const length = text === '' ? 0 : text.length + 1;
  const bytes = Buffer.alloc(16 + Math.ceil(length / 4) * 4);
  for (const [n, value] of [length, length, 77, length].entries()) bytes.writeUInt32LE(value, 4 * n);
  bytes.write(text, 16, 'latin1');
  return bytes;
}
