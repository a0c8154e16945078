import { corruptPixelData } from './corrupt-pixel-data.ts';
import type { StreamClaims } from './stream-claims.ts';

/** How a JPEG image is coded: by which start-of-frame marker (ITU-T T.81, table B.1; T.87) it has. */
export type JpegProcess = 'baseline' | 'extended' | 'lossless' | 'jpeg-ls';

/** A marker segment, without its marker and length. */
export interface JpegSegment {
  readonly marker: number;
  readonly bytes: Uint8Array;
}

export interface JpegHeader extends StreamClaims {
  readonly process: JpegProcess;
  /** Those before the scan's data; the last one is the scan's header. */
  readonly segments: readonly JpegSegment[];
  /** The scan's data, up to the end of the image. */
  readonly scan: Uint8Array;
}

const processes: Readonly<Record<number, JpegProcess>> = {
  0xc0: 'baseline',
  0xc1: 'extended',
  0xc3: 'lossless',
  0xf7: 'jpeg-ls',
};
const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
/** DHT, JPG and DAC lie among the start-of-frame markers C0 to CF, but are none. */
const noFrame = new Set([0xc4, 0xc8, 0xcc]);

/** Reads the marker segments before the data of the first scan, and looks for the end of the image. Throws CORRUPT_PIXEL_DATA. */
export function readJpegHeader(stream: Uint8Array): JpegHeader {
  if (stream[0] !== 0xff || stream[1] !== startOfImage) throw corruptPixelData('it is no JPEG image');
  const segments: JpegSegment[] = [];
  for (let at = 2; segments.at(-1)?.marker !== startOfScan;) {
    // Any number of FF may fill the space before a marker.
    while (stream[at] === 0xff && stream[at + 1] === 0xff) at++;
    if (at + 4 > stream.length || stream[at] !== 0xff) throw damaged();
    const length = 256 * stream[at + 2]! + stream[at + 3]!;
    const end = at + 2 + length;
    if (length < 2 || end > stream.length) throw damaged();
    segments.push({ marker: stream[at + 1]!, bytes: stream.subarray(at + 4, end) });
    at = end;
  }
  const frames = segments.filter(({ marker }) => isFrame(marker));
  if (frames.length !== 1) {
    throw corruptPixelData('its JPEG image has not one frame header', {
      expected: 1,
      received: frames.length,
    });
  }
  const scanOffset = segments.at(-1)!.bytes.byteOffset + segments.at(-1)!.bytes.length - stream.byteOffset;
  return {
    ...readFrame(frames[0]!.marker, frames[0]!.bytes),
    segments,
    scan: stream.subarray(scanOffset, endOf(stream, scanOffset)),
  };
}

function isFrame(marker: number): boolean {
  return (marker >= 0xc0 && marker <= 0xcf && !noFrame.has(marker)) || marker === 0xf7;
}

function readFrame(marker: number, segment: Uint8Array): StreamClaims & { process: JpegProcess } {
  const process = processes[marker];
  if (process === undefined) {
    throw corruptPixelData('its JPEG image is coded in a way that DICOM does not allow', {
      expected: 'sequential Huffman coding, or JPEG-LS',
      received: `marker FF${marker.toString(16).toUpperCase()}`,
    });
  }
  if (segment.length < 6) throw damaged();
  const [precision, heightHigh, heightLow, widthHigh, widthLow, components] = segment;
  return {
    process,
    precision: precision!,
    height: 256 * heightHigh! + heightLow!,
    width: 256 * widthHigh! + widthLow!,
    components: components!,
  };
}

/** Decoders fill up what is missing in silence. No data of a scan looks like a marker, so a whole image has this one. */
function endOf(stream: Uint8Array, scanOffset: number): number {
  for (let at = stream.length - 2; at >= scanOffset; at--) {
    if (stream[at] === 0xff && stream[at + 1] === endOfImage) return at;
  }
  throw corruptPixelData('its compressed image ends early');
}

function damaged(): Error {
  return corruptPixelData('its JPEG header is damaged');
}
