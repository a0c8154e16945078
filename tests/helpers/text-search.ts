/** Texts that are looked for in bytes, all at once. */
export class TextSearch {
  /** By the last four bytes: UIDs of one root begin alike. */
  readonly #byEnd = new Map<number, Wanted[]>();
  readonly #ends = new Uint8Array(2 ** 20);

  /** Each text is looked for as Latin-1 and as UTF-16, by what is told of it when it is found. Texts have four characters or more. */
  constructor(texts: ReadonlyMap<string, string>) {
    for (const [text, name] of texts) {
      const isNumber = /^[\d.]+$/.test(text);
      for (const encoding of ['latin1', 'utf16le'] as const) {
        this.#add({ name, isNumber: isNumber && encoding === 'latin1', bytes: Buffer.from(text, encoding) });
      }
    }
  }

  /** Names of the texts that occur. Digits count only where they are a number of their own, not a part of a longer one. */
  foundIn(bytes: Buffer): string[] {
    const found = new Set<string>();
    let end = 0;
    for (let at = 1; at <= bytes.length; at++) {
      end = ((end >>> 8) | (bytes[at - 1]! << 24)) >>> 0;
      if (at < 4) continue;
      if (this.#ends[slotOf(end)] === 0) continue;
      for (const wanted of this.#byEnd.get(end) ?? []) {
        if (occurs(bytes, at, wanted)) found.add(wanted.name);
      }
    }
    return [...found];
  }

  #add(wanted: Wanted): void {
    const end = wanted.bytes.readUInt32LE(wanted.bytes.length - 4);
    this.#ends[slotOf(end)] = 1;
    const others = this.#byEnd.get(end);
    if (others === undefined) this.#byEnd.set(end, [wanted]);
    else others.push(wanted);
  }
}

interface Wanted {
  readonly name: string;
  readonly isNumber: boolean;
  readonly bytes: Buffer;
}

function slotOf(end: number): number {
  return Math.imul(end, 0x9e_37_79_b1) >>> 12;
}

/** Compared from its end: most candidates differ a few bytes before it. */
function occurs(bytes: Buffer, end: number, { bytes: wanted, isNumber }: Wanted): boolean {
  const start = end - wanted.length;
  if (start < 0) return false;
  for (let at = wanted.length - 1; at >= 0; at--) if (bytes[start + at] !== wanted[at]) return false;
  return !isNumber || !(isDigit(bytes[start - 1]) || isDigit(bytes[end]));
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
