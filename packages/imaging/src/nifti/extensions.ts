import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { HeaderClaims } from './claims.ts';

/** Extensions are whole blocks of this many bytes, the first eight of which are their size and code. */
const blockBytes = 16;

/** Walks the header extensions, if any, up to the voxels. Their content is not read: it may name a patient. Throws INVALID_HEADER. */
export function checkExtensions(prefix: Uint8Array, { header, voxOffset }: HeaderClaims): void {
  const { headerBytes, voxOffsetMin } = header.layout;
  if (prefix[headerBytes] === 0) return;
  const view = new DataView(prefix.buffer, prefix.byteOffset, voxOffset);
  for (let at = voxOffsetMin; voxOffset - at >= blockBytes;) {
    const bytes = view.getInt32(at, header.littleEndian);
    if (bytes < blockBytes || bytes % blockBytes !== 0 || at + bytes > voxOffset) {
      throw new HepastageError(ErrorCode.INVALID_HEADER, {
        what: 'a header extension has an impossible size',
        where: `extension at byte ${at}`,
        expected: `a multiple of ${blockBytes} up to ${voxOffset - at}`,
        received: bytes,
        action: 'write the file again without header extensions',
      });
    }
    at += bytes;
  }
}
