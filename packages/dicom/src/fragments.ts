import { ErrorCode, HepastageError } from '@hepastage/proto';
import { corruptDicom } from './corrupt-dicom.ts';
import type { Fragment } from './read-part10.ts';

const itemTag = 0xff_fe_e0_00;
const sequenceDelimiterTag = 0xff_fe_e0_dd;
/** Tag and length of an item. */
const itemHeaderBytes = 8;

/** Reads encapsulated pixel data (DICOM PS3.5, A.4), from its first byte to its end mark. Throws CORRUPT_DICOM, TRUNCATED_FILE. */
export function readFragments(bytes: Uint8Array): { offsetTable: number[]; fragments: Fragment[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const nextItem = (): Uint8Array | undefined => {
    if (at + itemHeaderBytes > bytes.length) throw endsEarly();
    const tag = view.getUint16(at, true) * 0x1_00_00 + view.getUint16(at + 2, true);
    const length = view.getUint32(at + 4, true);
    at += itemHeaderBytes;
    if (tag === sequenceDelimiterTag) return undefined;
    if (tag !== itemTag) throw corruptDicom('its pixel data is not a sequence of fragments');
    if (at + length > bytes.length) throw endsEarly();
    at += length;
    return bytes.subarray(at - length, at);
  };

  const table = nextItem();
  if (table === undefined) throw corruptDicom('its pixel data has no fragment');
  const first = at;
  const fragments: Fragment[] = [];
  for (let offset = 0, item = nextItem(); item !== undefined; offset = at - first, item = nextItem()) {
    fragments.push({ offset, bytes: item });
  }
  return { offsetTable: readOffsets(table), fragments };
}

function readOffsets(table: Uint8Array): number[] {
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  return Array.from({ length: Math.floor(table.length / 4) }, (_, n) => view.getUint32(4 * n, true));
}

function endsEarly(): HepastageError {
  return new HepastageError(ErrorCode.TRUNCATED_FILE, {
    what: 'the file ends within its pixel data',
    action: 'transfer the file again, whole',
  });
}
