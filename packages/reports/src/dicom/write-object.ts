import { data } from 'dcmjs';
import { tagOf } from './dictionary.ts';
import { elementsOf, type Item } from './item.ts';

const explicitLittleEndianUid = '1.2.840.10008.1.2.1';
/** Names this software in the meta header, as files that were let in do. */
const implementationClassUid = '2.25.244731480127498031746239911504838610547';
const implementationVersionName = 'HEPASTAGE';

/** Bytes of an element's head: tag, VR, two reserved bytes, length of 32 bits. */
const headBytes = 12;
const lengthMax = 0xff_ff_ff_fe;

/** Pixel Data (7FE0,0010) of an object: it comes after all of its other attributes. Little endian, as every platform of ours is. */
export type Pixels = Uint8Array | Uint8ClampedArray | Uint16Array;

/** A DICOM file (PS3.10), explicit VR little endian. `dataSet` has its SOP class and instance UIDs. */
export function writeObject(dataSet: Item, pixels?: Pixels): Uint8Array {
  const elements = elementsOf(
    isAscii(dataSet) ? dataSet : { SpecificCharacterSet: 'ISO_IR 192', ...dataSet },
  );
  const uid = (keyword: 'SOPClassUID' | 'SOPInstanceUID') => elements[tagOf(keyword)]?.Value ?? [];
  const file = new data.DicomDict({
    '00020001': { vr: 'OB', Value: [new Uint8Array([0, 1]).buffer] },
    '00020002': { vr: 'UI', Value: uid('SOPClassUID') },
    '00020003': { vr: 'UI', Value: uid('SOPInstanceUID') },
    '00020010': { vr: 'UI', Value: [explicitLittleEndianUid] },
    '00020012': { vr: 'UI', Value: [implementationClassUid] },
    '00020013': { vr: 'SH', Value: [implementationVersionName] },
  });
  file.dict = elements;
  const written = new Uint8Array(file.write());
  return pixels === undefined ? written : withPixels(written, pixels);
}

/** ASCII needs no character set named, and there are readers that take UTF-8 amiss even where nothing of it is used. */
function isAscii(dataSet: Item): boolean {
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(JSON.stringify(dataSet));
}

/** The pixels are copied once, past dcmjs, which would copy them several times. */
function withPixels(written: Uint8Array, pixels: Pixels): Uint8Array {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const padded = bytes.length + (bytes.length % 2);
  if (padded > lengthMax) throw new RangeError('an element holds at most 4 GiB');
  const file = new Uint8Array(written.length + headBytes + padded);
  file.set(written);
  const head = new DataView(file.buffer, written.length, headBytes);
  head.setUint16(0, 0x7f_e0, true);
  head.setUint16(2, 0x00_10, true);
  head.setUint8(4, 'O'.charCodeAt(0));
  // PS3.5, A.2: OW where more than 8 bits are allocated.
  head.setUint8(5, (pixels.BYTES_PER_ELEMENT > 1 ? 'W' : 'B').charCodeAt(0));
  head.setUint32(8, padded, true);
  file.set(bytes, written.length + headBytes);
  return file;
}
