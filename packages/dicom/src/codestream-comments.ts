/** Start of a JPEG or JPEG-LS image (SOI) and of a JPEG 2000 codestream (SOC). */
const startMarkers: ReadonlySet<number> = new Set([0xff_d8, 0xff_4f]);
/** Comments (COM) of JPEG and of JPEG 2000. */
const commentMarkers: ReadonlySet<number> = new Set([0xff_fe, 0xff_64]);
/** What comes after the segments that describe the image: scans (SOS), tile-parts (SOT), or its end (EOI, EOC). */
const dataMarkers: ReadonlySet<number> = new Set([0xff_da, 0xff_90, 0xff_d9]);

/**
 * Blanks the free text of compressed images while they stream by: encoders and their makers write names and dates into comments and application
 * segments (COM, APPn), which no table of attributes knows of. Lengths stay as they are, so that nothing else moves; decoders ignore both.
 */
export class CodestreamComments {
  /** `head`: a marker and its length are being read. `segment`: bytes of a segment pass. `data`: nothing more to look for. */
  #state: 'head' | 'segment' | 'data' = 'data';
  #head: number[] = [];
  #first = true;
  #left = 0;
  #blank = false;

  /** A fragment begins: with it a new image may. */
  begin(): void {
    this.#state = 'head';
    this.#first = true;
    this.#head = [];
  }

  /** The chunk of the fragment, with what may identify somebody blanked: a copy if there is any. */
  blank(chunk: Buffer): Buffer {
    let result = chunk;
    for (let at = 0; at < chunk.length && this.#state !== 'data';) {
      if (this.#state === 'head') {
        this.#readHead(chunk[at++]!);
        continue;
      }
      const end = Math.min(chunk.length, at + this.#left);
      if (this.#blank) {
        if (result === chunk) result = Buffer.from(chunk);
        result.fill(0, at, end);
      }
      this.#left -= end - at;
      at = end;
      if (this.#left === 0) this.#state = 'head';
    }
    return result;
  }

  #readHead(byte: number): void {
    this.#head.push(byte);
    const [high = 0, low = 0] = this.#head;
    if (this.#head.length === 2) this.#readMarker(256 * high + low);
    if (this.#head.length < 4) return;
    const [, , lengthHigh = 0, lengthLow = 0] = this.#head;
    const marker = 256 * high + low;
    // A length counts its own two bytes.
    this.#left = 256 * lengthHigh + lengthLow - 2;
    this.#blank = commentMarkers.has(marker) || (marker >= 0xff_e0 && marker <= 0xff_ef);
    this.#head = [];
    if (this.#left < 0) this.#state = 'data';
    else if (this.#left > 0) this.#state = 'segment';
  }

  #readMarker(marker: number): void {
    // A fragment that begins otherwise goes on with the image before it, or is no codestream with markers (RLE).
    if (this.#first && startMarkers.has(marker)) this.#head = [];
    else if (this.#first || marker < 0xff_00 || dataMarkers.has(marker)) this.#state = 'data';
    this.#first = false;
  }
}
