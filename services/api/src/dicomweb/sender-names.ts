import type { StoreOutcome } from './store-response.ts';

/** What its sender calls an object. */
type Names = Pick<StoreOutcome, 'sopClassUid' | 'sopInstanceUid'>;

const preambleBytes = 128;
const magic = 'DICM';
/** Where the names are in every file that is made as it should be, bytes. */
const prefixBytes = 4 * 1024;
/** (0002,0002) and (0002,0003). */
const elementOf = { sopClassUid: 0x00_02, sopInstanceUid: 0x00_03 } as const;
const metaGroup = 0x00_02;
/** VRs whose length has four bytes (PS3.5 7.1.2). */
const longVrs: ReadonlySet<string> = new Set(['OB', 'OW', 'UN', 'SQ', 'UT']);

/** Passes an object's bytes on, and remembers its beginning: so that one that is refused, whatever is wrong with it, can still be named. */
export class NamedObject implements AsyncIterable<Buffer> {
  readonly #source: AsyncIterable<Buffer>;
  #prefix: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    for await (const chunk of this.#source) {
      const wanted = prefixBytes - this.#prefix.length;
      // A copy: the chunk itself may be changed on its way.
      if (wanted > 0) this.#prefix = Buffer.concat([this.#prefix, chunk.subarray(0, wanted)]);
      yield chunk;
    }
  }

  /** As far as the meta header (PS3.10 7.1) could be read. */
  names(): Names {
    return namesIn(this.#prefix);
  }
}

function namesIn(prefix: Buffer): Names {
  const found = new Map<number, string>();
  if (prefix.toString('latin1', preambleBytes, preambleBytes + magic.length) !== magic) return {};
  for (let at = preambleBytes + magic.length; at + 12 <= prefix.length;) {
    if (prefix.readUInt16LE(at) !== metaGroup) break;
    const isLong = longVrs.has(prefix.toString('latin1', at + 4, at + 6));
    const begin = at + (isLong ? 12 : 8);
    const end = begin + (isLong ? prefix.readUInt32LE(at + 8) : prefix.readUInt16LE(at + 6));
    if (end > prefix.length) break;
    // UIDs are padded with a zero byte.
    found.set(prefix.readUInt16LE(at + 2), prefix.toString('latin1', begin, end).replace(/\0+$/, ''));
    at = end;
  }
  return {
    sopClassUid: found.get(elementOf.sopClassUid),
    sopInstanceUid: found.get(elementOf.sopInstanceUid),
  };
}
