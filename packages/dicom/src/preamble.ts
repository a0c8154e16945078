import dicomParser from 'dicom-parser';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { corruptDicom } from './corrupt-dicom.ts';
import {
  explicitBigEndian,
  explicitLittleEndian,
  implicitLittleEndian,
  type TransferSyntax,
  transferSyntaxOf,
} from './transfer-syntax.ts';

const preambleBytes = 128;
const magic = 'DICM';
const metaOffset = preambleBytes + magic.length;
/** Most bytes of a meta header: real ones have less than a kilobyte. */
const metaBytesMax = 64 * 1024;
/** Tag, VR and length of (0002,0000), which says how long the rest is. */
const groupLengthBytes = 12;

/** How a file is written, and where its data set begins. */
export interface Preamble {
  readonly syntax: TransferSyntax;
  /** Bytes before the data set. */
  readonly dataSetOffset: number;
  /** The file is a bare data set: how it is written was found out from its first element. */
  readonly missingMetaHeader: boolean;
}

/**
 * Reads preamble and meta header (DICOM PS3.10). Undefined: `prefix` is too short to tell, more is needed. Throws NOT_DICOM, CORRUPT_DICOM,
 * UNSUPPORTED_TRANSFER_SYNTAX.
 */
export function readPreamble(prefix: Uint8Array): Preamble | undefined {
  if (prefix.length < metaOffset + groupLengthBytes) return undefined;
  if (ascii(prefix, preambleBytes, magic.length) === magic) return readMeta(prefix, metaOffset);
  // A meta header without its preamble, or none at all: neither is allowed, both are out there.
  if (uint16(prefix, 0) === 0x00_02) return readMeta(prefix, 0);
  return { syntax: guessSyntax(prefix), dataSetOffset: 0, missingMetaHeader: true };
}

function readMeta(prefix: Uint8Array, offset: number): Preamble | undefined {
  const end = endOfMeta(prefix, offset);
  if (end === undefined) return undefined;
  try {
    const stream = new dicomParser.ByteStream(
      dicomParser.littleEndianByteArrayParser,
      prefix.subarray(0, end),
      offset,
    );
    while (stream.position < end) {
      const element = dicomParser.readDicomElementExplicit(stream, []);
      if (element.tag !== 'x00020010') continue;
      const uid = ascii(prefix, element.dataOffset, element.length).replace(/[\0 ]+$/, '');
      return { syntax: knownSyntax(uid), dataSetOffset: end, missingMetaHeader: false };
    }
  } catch (error) {
    if (error instanceof HepastageError) throw error;
    throw corruptDicom('its meta header can’t be read', error);
  }
  throw corruptDicom('its meta header names no transfer syntax');
}

/** Where group 0002 ends. Its group length says so; where that is missing or wrong, the first element of another group does. */
function endOfMeta(prefix: Uint8Array, offset: number): number | undefined {
  const littleEndian = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  let at = offset;
  while (at - offset <= metaBytesMax) {
    if (at + groupLengthBytes > prefix.length) return undefined;
    if (littleEndian.getUint16(at, true) !== 0x00_02) return at;
    const hasLongLength = ['OB', 'OW', 'UN', 'SQ', 'UT'].includes(ascii(prefix, at + 4, 2));
    at += hasLongLength
      ? 12 + littleEndian.getUint32(at + 8, true)
      : 8 + littleEndian.getUint16(at + 6, true);
  }
  throw corruptDicom('its meta header does not end');
}

function knownSyntax(uid: string): TransferSyntax {
  const syntax = transferSyntaxOf(uid);
  if (syntax !== undefined) return syntax;
  throw new HepastageError(ErrorCode.UNSUPPORTED_TRANSFER_SYNTAX, {
    what: 'its transfer syntax is not one of those that can be decoded',
    // A UID of the standard is no identifier; another one might be.
    received: /^1\.2\.840\.10008\.1\.2[.\d]{0,20}$/.test(uid) ? uid : 'a private one',
    action: 'export the study uncompressed, or as JPEG Lossless, JPEG-LS or JPEG 2000',
  });
}

/** A bare data set begins with group 0008, which shows the byte order; a VR of two capitals follows its tag, or not. */
function guessSyntax(prefix: Uint8Array): TransferSyntax {
  const hasVr = /^[A-Z]{2}$/.test(ascii(prefix, 4, 2));
  if (uint16(prefix, 0) === 0x00_08) return hasVr ? explicitLittleEndian : implicitLittleEndian;
  if (uint16(prefix, 0) === 0x08_00 && hasVr) return explicitBigEndian;
  throw new HepastageError(ErrorCode.NOT_DICOM, {
    what: 'the file is no DICOM object',
    expected: 'a DICOM Part 10 file',
    action: 'leave it out, or export the study again',
  });
}

function uint16(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! + 256 * bytes[offset + 1]!;
}

function ascii(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.subarray(offset, offset + length)).toString('latin1');
}
