import { crc32 } from 'node:zlib';

/** Bytes before the first chunk that may be a text: the signature and the header chunk (PNG, third edition, 5.2 and 11.2.1). */
const headBytes = 8 + 25;

/** The picture with a comment in it (a `tEXt` chunk, PNG 11.3.3.2), which it keeps wherever it goes. `comment` is Latin-1. */
export function withComment(png: Uint8Array, comment: string): Uint8Array {
  const content = Buffer.from(`tEXtComment\0${comment}`, 'latin1');
  const chunk = Buffer.alloc(content.length + 8);
  // The length does not count the chunk's type.
  chunk.writeUInt32BE(content.length - 4, 0);
  chunk.set(content, 4);
  chunk.writeUInt32BE(crc32(content), content.length + 4);
  return Buffer.concat([png.subarray(0, headBytes), chunk, png.subarray(headBytes)]);
}
