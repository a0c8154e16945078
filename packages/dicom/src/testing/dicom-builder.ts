import { deflateRawSync } from 'node:zlib';

/** An element as it is to be written, right or wrong. */
export interface BuiltElement {
  /** Group and element: 0x0010_0010. */
  readonly tag: number;
  readonly vr: string;
  /** Texts as they are, numbers by the VR (DS and IS as text), bytes as they are, or the items of a sequence. */
  readonly value: string | readonly number[] | Uint8Array | readonly (readonly BuiltElement[])[];
  /** Written instead of the true length. */
  readonly length?: number;
  /** A sequence, and its items, of undefined length. */
  readonly open?: boolean;
}

export interface BuildOptions {
  /** How the data set is written; `encapsulated`: explicit little endian under `syntaxUid`. */
  readonly syntax?: 'explicit' | 'implicit' | 'big-endian' | 'deflated';
  /** Written in the meta header instead of the UID of `syntax`. */
  readonly syntaxUid?: string;
  /** `none`: a bare data set; `no-preamble`: the meta header comes first. */
  readonly meta?: 'whole' | 'no-preamble' | 'none';
}

const syntaxUids = {
  explicit: '1.2.840.10008.1.2.1',
  implicit: '1.2.840.10008.1.2',
  'big-endian': '1.2.840.10008.1.2.2',
  deflated: '1.2.840.10008.1.2.1.99',
} as const;
const undefinedLength = 0xff_ff_ff_ff;
const longVrs = new Set(['OB', 'OD', 'OF', 'OL', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT']);
const numberBytes: Readonly<Record<string, number>> = { FD: 8, FL: 4, SL: 4, SS: 2, UL: 4, US: 2, OW: 2 };

interface Writing {
  readonly explicit: boolean;
  readonly big: boolean;
}

/** A DICOM file of exactly these elements, in this order. */
export function buildDicom(
  elements: readonly BuiltElement[],
  { syntax = 'explicit', syntaxUid = syntaxUids[syntax], meta = 'whole' }: BuildOptions = {},
): Buffer {
  const writing = { explicit: syntax !== 'implicit', big: syntax === 'big-endian' };
  const plain = elementsBytes(elements, writing);
  const dataSet = syntax === 'deflated' ? deflateRawSync(plain) : plain;
  if (meta === 'none') return dataSet;
  const metaElements = elementsBytes(
    [
      { tag: 0x0002_0001, vr: 'OB', value: Uint8Array.of(0, 1) },
      { tag: 0x0002_0002, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.4' },
      { tag: 0x0002_0010, vr: 'UI', value: syntaxUid },
    ],
    { explicit: true, big: false },
  );
  const groupLength = elementsBytes([{ tag: 0x0002_0000, vr: 'UL', value: [metaElements.length] }], {
    explicit: true,
    big: false,
  });
  const preamble = meta === 'whole' ? [Buffer.alloc(128), Buffer.from('DICM')] : [];
  return Buffer.concat([...preamble, groupLength, metaElements, dataSet]);
}

/** Encapsulated pixel data: an offset table, the fragments, and the end mark unless it is to be missing. */
export function encapsulate(
  fragments: readonly Uint8Array[],
  { offsets = [], ended = true }: { offsets?: readonly number[]; ended?: boolean } = {},
): Buffer {
  const table = Buffer.from(Uint32Array.from(offsets).buffer);
  const items = [table, ...fragments].map((bytes) => Buffer.concat([itemHead(0xe0_00, bytes.length), bytes]));
  return Buffer.concat([...items, ended ? itemHead(0xe0_dd, 0) : Buffer.alloc(0)]);
}

function itemHead(element: number, length: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0xff_fe, 0);
  head.writeUInt16LE(element, 2);
  head.writeUInt32LE(length, 4);
  return head;
}

function elementsBytes(elements: readonly BuiltElement[], writing: Writing): Buffer {
  return Buffer.concat(elements.map((element) => elementBytes(element, writing)));
}

function elementBytes({ tag, vr, value, length, open = false }: BuiltElement, writing: Writing): Buffer {
  const isSequence = Array.isArray(value) && (vr === 'SQ' || typeof value[0] === 'object');
  const content = isSequence
    ? sequenceBytes(value as readonly (readonly BuiltElement[])[], open, writing)
    : valueBytes(value as string | readonly number[] | Uint8Array, vr, writing);
  const stated = length ?? (open ? undefinedLength : content.length);
  const isLong = !writing.explicit || longVrs.has(vr);
  const vrBytes = writing.explicit ? Buffer.from(isLong ? `${vr}\0\0` : vr, 'latin1') : Buffer.alloc(0);
  return Buffer.concat([tagBytes(tag, writing), vrBytes, integer(stated, isLong ? 4 : 2, writing), content]);
}

function sequenceBytes(items: readonly (readonly BuiltElement[])[], open: boolean, writing: Writing): Buffer {
  const mark = (tag: number, length: number) => [tagBytes(tag, writing), integer(length, 4, writing)];
  const parts = items.flatMap((item) => {
    const content = elementsBytes(item, writing);
    const end = open ? mark(0xfffe_e00d, 0) : [];
    return [...mark(0xfffe_e000, open ? undefinedLength : content.length), content, ...end];
  });
  return Buffer.concat([...parts, ...(open ? mark(0xfffe_e0dd, 0) : [])]);
}

function valueBytes(value: string | readonly number[] | Uint8Array, vr: string, { big }: Writing): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  const width = numberBytes[vr];
  if (typeof value === 'string' || width === undefined) {
    const text = typeof value === 'string' ? value : value.join('\\');
    const padding = text.length % 2 === 0 ? '' : vr === 'UI' ? '\0' : ' ';
    return Buffer.from(text + padding, 'latin1');
  }
  const bytes = Buffer.alloc(value.length * width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const [n, number] of value.entries()) {
    if (vr === 'FD') view.setFloat64(n * width, number, !big);
    else if (vr === 'FL') view.setFloat32(n * width, number, !big);
    else if (width === 4) view.setInt32(n * width, number, !big);
    else view.setInt16(n * width, number, !big);
  }
  return bytes;
}

function tagBytes(tag: number, writing: Writing): Buffer {
  return Buffer.concat([integer(tag >>> 16, 2, writing), integer(tag & 0xff_ff, 2, writing)]);
}

function integer(value: number, bytes: 2 | 4, { big }: Writing): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (big) buffer.writeUIntBE(value, 0, bytes);
  else buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}
