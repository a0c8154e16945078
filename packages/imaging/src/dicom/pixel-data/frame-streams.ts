import type { Fragment, PixelCodec } from '@hepastage/dicom';
import { corruptPixelData } from './corrupt-pixel-data.ts';

interface Encapsulated {
  readonly offsetTable: readonly number[];
  readonly fragments: readonly Fragment[];
}

/**
 * The compressed stream of each frame (DICOM PS3.5, A.4). A frame may be cut into several fragments: which belong to it is told by their number, by the
 * Basic Offset Table, or, where that is empty, by the marker that a compressed image begins with. Throws CORRUPT_PIXEL_DATA where none of them tells.
 */
export function frameStreams(
  { offsetTable, fragments }: Encapsulated,
  frames: number,
  codec: PixelCodec,
): (index: number) => Uint8Array {
  const starts = frameStarts(fragments, offsetTable, frames, codec);
  return (index) => {
    const own = fragments.slice(starts[index], starts[index + 1] ?? fragments.length);
    return own.length === 1 ? own[0]!.bytes : Buffer.concat(own.map(({ bytes }) => bytes));
  };
}

/** Index of each frame's first fragment. */
function frameStarts(
  fragments: readonly Fragment[],
  offsetTable: readonly number[],
  frames: number,
  codec: PixelCodec,
): readonly number[] {
  if (fragments.length < frames) {
    throw corruptPixelData('it has fewer fragments than frames', {
      expected: frames,
      received: fragments.length,
    });
  }
  if (frames === 1) return [0];
  if (fragments.length === frames) return Array.from(fragments, (_, n) => n);
  const starts = offsetTable.length > 0 ? tabulated(fragments, offsetTable) : marked(fragments, codec);
  if (starts.length === frames && starts[0] === 0) return starts;
  throw corruptPixelData('which fragments belong to which frame can’t be told', {
    expected: `${frames} frames`,
    received: `${fragments.length} fragments that make up ${starts.length}`,
  });
}

function tabulated(fragments: readonly Fragment[], offsetTable: readonly number[]): number[] {
  const indexByOffset = new Map(fragments.map(({ offset }, n) => [offset, n]));
  let previous = -1;
  return offsetTable.map((offset) => {
    const index = indexByOffset.get(offset);
    if (index === undefined || index <= previous) {
      throw corruptPixelData('its offset table does not point to its fragments, one after the other');
    }
    previous = index;
    return index;
  });
}

/** RLE streams have no marker, and may not be cut (PS3.5, A.4.2). */
function marked(fragments: readonly Fragment[], codec: PixelCodec): number[] {
  if (codec === 'rle') return [];
  return fragments.flatMap(({ bytes }, n) => (beginsImage(bytes, codec) ? [n] : []));
}

function beginsImage(bytes: Uint8Array, codec: PixelCodec): boolean {
  const marker = 256 * (bytes[0] ?? 0) + (bytes[1] ?? 0);
  return marker === (codec === 'jpeg-2000' || codec === 'htj2k' ? 0xff_4f : 0xff_d8);
}
