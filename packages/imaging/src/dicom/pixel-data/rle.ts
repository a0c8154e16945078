import type { PixelFormat } from '@hepastage/proto';
import { corruptPixelData } from './corrupt-pixel-data.ts';
import { settleBits } from './settle-bits.ts';
import { type StoredPixels, storedTypeOf } from './stored-pixels.ts';

/** Number of segments and 15 offsets, 32 bits each. */
const headerBytes = 64;
/** Two bytes make a run of 128 at most. */
const expansionMax = 64;

/** Decodes a frame of RLE Lossless (DICOM PS3.5, annex G): a segment for each byte of a pixel, the most significant first. Throws CORRUPT_PIXEL_DATA. */
export function decodeRle(stream: Uint8Array, format: PixelFormat): StoredPixels {
  const type = storedTypeOf(format);
  const pixels = format.rows * format.columns;
  const segments = segmentsOf(stream, type.bytes);
  if (segments.some(({ length }) => length * expansionMax < pixels)) throw endsEarly();
  const planes = new Uint8Array(pixels * type.bytes);
  for (const [n, segment] of segments.entries()) {
    unpackBits(segment, { into: planes, at: type.bytes - 1 - n, step: type.bytes, count: pixels });
  }
  return settleBits(type.view(planes.buffer, 0, pixels), format, true);
}

function segmentsOf(stream: Uint8Array, expected: number): Uint8Array[] {
  if (stream.length < headerBytes) throw endsEarly();
  const header = new DataView(stream.buffer, stream.byteOffset, headerBytes);
  const count = header.getUint32(0, true);
  if (count !== expected) {
    throw corruptPixelData('its RLE segments are not one for each byte of a pixel', {
      expected,
      received: count,
    });
  }
  const offsets = Array.from({ length: count }, (_, n) => header.getUint32(4 + 4 * n, true));
  return offsets.map((offset, n) => {
    const end = offsets[n + 1] ?? stream.length;
    if (offset < headerBytes || end < offset || end > stream.length) {
      throw corruptPixelData('its RLE segments lie outside of the frame');
    }
    return stream.subarray(offset, end);
  });
}

interface Target {
  readonly into: Uint8Array;
  readonly at: number;
  readonly step: number;
  readonly count: number;
}

/** PackBits. What a segment goes on with after its last pixel is padding. */
function unpackBits(segment: Uint8Array, { into, at, step, count }: Target): void {
  const end = at + count * step;
  let read = 0;
  let write = at;
  while (write < end) {
    // A header of 128 does nothing.
    while (segment[read] === 128) read++;
    if (read + 1 >= segment.length) throw endsEarly();
    const header = segment[read++]!;
    if (header < 128) {
      const stop = Math.min(end, write + (header + 1) * step);
      if (read + (stop - write) / step > segment.length) throw endsEarly();
      for (; write < stop; write += step) into[write] = segment[read++]!;
    } else {
      const value = segment[read++]!;
      const stop = Math.min(end, write + (257 - header) * step);
      for (; write < stop; write += step) into[write] = value;
    }
  }
}

function endsEarly(): Error {
  return corruptPixelData('an RLE segment ends before its last pixel');
}
