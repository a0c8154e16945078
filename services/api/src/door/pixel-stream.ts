import { CodestreamComments, corruptDicom } from '@hepastage/dicom';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { borrowed } from './borrowed.ts';

const itemTag = 0xff_fe_e0_00;
const sequenceDelimiterTag = 0xff_fe_e0_dd;
/** Tag and length of an item. */
const itemHeadBytes = 8;

/** The first `bytes` bytes of native pixels, padded to an even number. What follows them is left in the stream. Throws TRUNCATED_FILE. */
export async function* nativePixels(
  source: AsyncIterable<Buffer>,
  bytes: number,
): AsyncGenerator<Buffer, void, void> {
  let left = bytes;
  for await (const chunk of borrowed(source)) {
    const mine = chunk.subarray(0, left);
    left -= mine.length;
    if (mine.length > 0) yield mine;
    if (left === 0) break;
  }
  if (left > 0) throw truncated();
  if (bytes % 2 === 1) yield Buffer.alloc(1);
}

/** Big endian samples of `sampleBytes` bytes as little endian ones. */
export async function* littleEndian(
  source: AsyncIterable<Buffer>,
  sampleBytes: 2 | 4,
): AsyncGenerator<Buffer, void, void> {
  let broken: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    // A copy: what arrives may be a view of something that others read.
    const bytes = Buffer.concat([broken, chunk]);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % sampleBytes));
    broken = bytes.subarray(whole.length);
    if (whole.length > 0) yield sampleBytes === 2 ? whole.swap16() : whole.swap32();
  }
  if (broken.length > 0) yield broken;
}

/**
 * Encapsulated pixels (PS3.5, A.4) up to their end mark, their comments blanked: items whose lengths hold, an offset table and at least one fragment for each
 * of `frames`. What follows is left in the stream. Throws TRUNCATED_FILE, CORRUPT_DICOM.
 */
export async function* encapsulatedPixels(
  source: AsyncIterable<Buffer>,
  frames: number,
): AsyncGenerator<Buffer, void, void> {
  const comments = new CodestreamComments();
  let head: Buffer = Buffer.alloc(0);
  let left = 0;
  let items = 0;
  for await (const chunk of borrowed(source)) {
    for (let at = 0; at < chunk.length;) {
      if (left > 0) {
        const content = chunk.subarray(at, at + left);
        at += content.length;
        left -= content.length;
        yield comments.blank(content);
        continue;
      }
      const more = chunk.subarray(at, at + itemHeadBytes - head.length);
      at += more.length;
      head = Buffer.concat([head, more]);
      if (head.length < itemHeadBytes) break;
      const tag = head.readUInt16LE(0) * 0x1_00_00 + head.readUInt16LE(2);
      if (tag !== itemTag && tag !== sequenceDelimiterTag) {
        throw corruptDicom('its pixel data is not a sequence of fragments');
      }
      if (tag === sequenceDelimiterTag && items <= frames) {
        throw corruptDicom('its pixel data has fewer fragments than frames');
      }
      items += 1;
      left = tag === itemTag ? head.readUInt32LE(4) : 0;
      comments.begin();
      yield head;
      head = Buffer.alloc(0);
      if (tag === sequenceDelimiterTag) return;
    }
  }
  throw truncated();
}

function truncated(): HepastageError {
  return new HepastageError(ErrorCode.TRUNCATED_FILE, {
    what: 'the object ends within its pixel data',
    action: 'transfer it again, whole',
  });
}
