/**
 * Reads one element of a Siemens CSA header in the SV10 format: a count of elements, each with a name of 64 bytes and items of text, all little
 * endian. The format is private and undocumented, so whatever does not fit in its place means that there is no such element.
 */
export function csaTexts(header: Uint8Array, name: string): string[] | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length < preambleBytes || latin1(header, 0, 4) !== 'SV10') return undefined;
  const elements = view.getUint32(8, true);
  if (elements > elementsMax) return undefined;
  let at = preambleBytes;
  for (let n = 0; n < elements; n++) {
    if (at + elementBytes > header.length) return undefined;
    const items = view.getUint32(at + itemCountOffset, true);
    if (items > itemsMax) return undefined;
    const isWanted = latin1(header, at, nameBytes) === name;
    const texts: string[] = [];
    at += elementBytes;
    for (let item = 0; item < items; item++) {
      if (at + itemBytes > header.length) return undefined;
      const length = view.getUint32(at + lengthOffset, true);
      at += itemBytes;
      if (length > header.length - at) return undefined;
      if (isWanted && length > 0) texts.push(latin1(header, at, length));
      at += Math.ceil(length / 4) * 4;
    }
    if (isWanted) return texts;
  }
  return undefined;
}

/** `SV10`, four bytes, the count of elements, four bytes. */
const preambleBytes = 16;
const nameBytes = 64;
/** Name, multiplicity, value representation, type, count of items, mark. */
const elementBytes = 84;
const itemCountOffset = 76;
/** Four numbers, of which the second is the length. */
const itemBytes = 16;
const lengthOffset = 4;
/** More than any scanner writes: real headers have some 100 elements. */
const elementsMax = 1024;
const itemsMax = 4096;

/** Text up to its first zero byte. */
function latin1(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length))
    .toString('latin1')
    .split('\0', 1)[0]!
    .trim();
}
