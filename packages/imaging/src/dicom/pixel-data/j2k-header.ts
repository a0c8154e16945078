import { corruptPixelData } from './corrupt-pixel-data.ts';
import type { StreamClaims } from './stream-claims.ts';

/** What the header of a JPEG 2000 codestream says. */
export interface J2kHeader extends StreamClaims {
  readonly signed: boolean;
}

const marker = {
  startOfCodestream: 0xff_4f,
  size: 0xff_51,
  codingStyle: 0xff_52,
  componentCodingStyle: 0xff_53,
  progressionChange: 0xff_5f,
  startOfTilePart: 0xff_90,
  startOfData: 0xff_93,
  endOfCodestream: 0xff_d9,
};
/** Bytes of a SOT marker segment, marker included. */
const tilePartHeaderBytes = 12;
/** Most tiles of a frame: those of 64 × 64 in 4096 × 4096. */
const tilesMax = 4096;
/** Most decomposition levels (table A.15). */
const levelsMax = 32;
/** Most packets of a frame: 4096 × 4096 in precincts of 128 × 128, in 32 layers, has half of that. */
const packetsMax = 2 ** 17;

/**
 * Reads the headers of a JPEG 2000 codestream (ITU-T T.800, annex A), HTJ2K included, and walks its tile-parts to the end. What makes a decoder work long
 * for few bytes is refused. Throws CORRUPT_PIXEL_DATA.
 */
export function readJ2kHeader(codestream: Uint8Array): J2kHeader {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.length);
  try {
    if (view.getUint16(0) !== marker.startOfCodestream || view.getUint16(2) !== marker.size) {
      throw corruptPixelData('it is no JPEG 2000 image');
    }
    const header = readSize(view);
    const firstTilePart = walkSegments(view, { at: 2, last: marker.startOfTilePart, header });
    walkTileParts(view, firstTilePart, header);
    return header;
  } catch (cause) {
    if (cause instanceof RangeError) throw corruptPixelData('its compressed image ends early', { cause });
    throw cause;
  }
}

/** The codestream of a JPEG 2000 image that wrongly came in a JP2 file; others are returned as they are. */
export function unwrapJp2(stream: Uint8Array): Uint8Array {
  const isJp2 = Buffer.from(stream.buffer, stream.byteOffset, Math.min(12, stream.length))
    .toString('latin1')
    .startsWith('\0\0\0\fjP  ');
  if (!isJp2) return stream;
  const start = Buffer.from(stream.buffer, stream.byteOffset, stream.length).indexOf('ff4fff51', 0, 'hex');
  return start < 0 ? stream : stream.subarray(start);
}

/** SIZ (A.5.1). */
function readSize(view: DataView): J2kHeader {
  const field = (n: number): number => view.getUint32(8 + 4 * n);
  const [right, bottom, left, top] = [field(0), field(1), field(2), field(3)];
  const [tileWidth, tileHeight, tileLeft, tileTop] = [field(4), field(5), field(6), field(7)];
  const components = view.getUint16(40);
  const depth = view.getUint8(42);
  const subsampled = view.getUint8(43) !== 1 || view.getUint8(44) !== 1;
  const tiles = Math.ceil((right - tileLeft) / tileWidth) * Math.ceil((bottom - tileTop) / tileHeight);
  // Written so that NaN, of a tile without size, is refused too.
  if (!(tiles >= 1 && tiles <= tilesMax) || subsampled) {
    throw corruptPixelData('its compressed image is divided in an impossible way', {
      expected: `1 to ${tilesMax} tiles`,
    });
  }
  return {
    width: right - left,
    height: bottom - top,
    components,
    precision: (depth & 0x7f) + 1,
    signed: depth >= 0x80,
  };
}

/** Walks marker segments from `at` to the marker `last`, and returns where that lies. */
function walkSegments(
  view: DataView,
  { at, last, header }: { at: number; readonly last: number; readonly header: J2kHeader },
): number {
  for (;;) {
    const code = view.getUint16(at);
    if (code === last) return at;
    const length = view.getUint16(at + 2);
    const again = code === marker.size && at > 2;
    if (code < 0xff_50 || code > 0xff_6f || length < 2 || again)
      throw corruptPixelData('its JPEG 2000 header is damaged');
    if (code === marker.componentCodingStyle || code === marker.progressionChange) {
      throw corruptPixelData(
        'its JPEG 2000 image changes its coding style, which one of one component need not',
      );
    }
    if (code === marker.codingStyle) checkCodingStyle(view, at, header);
    at += 2 + length;
  }
}

/** COD (A.6.1). The packets of a frame are counted as if it were one tile. */
function checkCodingStyle(view: DataView, at: number, { width, height }: J2kHeader): void {
  const hasPrecincts = (view.getUint8(at + 4) & 1) === 1;
  const layers = view.getUint16(at + 6);
  const levels = view.getUint8(at + 9);
  // Without sizes of precincts, each resolution is one.
  let precincts = hasPrecincts ? 0 : levels + 1;
  for (let level = 0; level <= (hasPrecincts ? levels : -1); level++) {
    const exponents = view.getUint8(at + 14 + level);
    const [wide, high] = [exponents & 0xf, exponents >> 4];
    const scale = 2 ** (levels - level);
    precincts += Math.ceil(width / scale / 2 ** wide) * Math.ceil(height / scale / 2 ** high);
  }
  if (layers < 1 || levels > levelsMax || layers * precincts > packetsMax) {
    throw corruptPixelData('its JPEG 2000 image is cut into an impossible number of packets', {
      expected: `1 to ${packetsMax}`,
    });
  }
}

/** Every tile-part says how long it is. The mark at the end of the codestream may be missing: that loses nothing. */
function walkTileParts(view: DataView, first: number, header: J2kHeader): void {
  for (let at = first; ;) {
    const length = view.getUint32(at + 6);
    walkSegments(view, { at: at + tilePartHeaderBytes, last: marker.startOfData, header });
    // 0: this is the last one, and goes on to the end mark.
    if (length === 0) return checkEndMark(view, at);
    if (length < tilePartHeaderBytes || at + length > view.byteLength) {
      throw corruptPixelData('its compressed image ends early');
    }
    at += length;
    if (at + 2 > view.byteLength || view.getUint16(at) !== marker.startOfTilePart) return;
  }
}

function checkEndMark(view: DataView, from: number): void {
  for (let at = view.byteLength - 2; at > from; at--) {
    if (view.getUint16(at) === marker.endOfCodestream) return;
  }
  throw corruptPixelData('its compressed image ends early');
}
