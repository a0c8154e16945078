import dicomParser, {
  type ByteArrayParser,
  type ByteStream,
  type DataSet as ParsedDataSet,
  type Element,
} from 'dicom-parser';
import { attributeOf, attributes, type Keyword, keywords } from './attributes.ts';
import { corruptDicom } from './corrupt-dicom.ts';
import type { DataSet } from './data-set.ts';
import { readNumbers, readTexts } from './element-values.ts';
import type { TransferSyntax } from './transfer-syntax.ts';

const pixelDataTag = 'x7fe00010';
const undefinedLength = 0xff_ff_ff_ff;
/** Groups of overlay planes (60xx, even) as dicom-parser names them. */
const overlayTag = /^x60[0-9a-f][02468ace]3000$/;

/** Most elements and items before the pixels: each takes some 400 bytes of memory. An enhanced object of 3,000 frames has half as many. */
const elementsMax = 500_000;
/** Deepest nesting of sequences that are read; functional groups have three levels. */
const depthMax = 16;

/** A data set up to its pixels, and where those begin. */
export interface Header {
  readonly dataSet: DataSet;
  /** Undefined: the object has none. */
  readonly pixelData: PixelDataPlace | undefined;
  /** It has an overlay plane. */
  readonly overlay: boolean;
}

export interface PixelDataPlace {
  /** Where its value begins, counted from the data set's first byte. */
  readonly offset: number;
  /** Undefined: encapsulated, its end is marked. */
  readonly bytes: number | undefined;
}

/**
 * Reads a data set (that comes after the meta header, inflated) until its pixel data. Throws CORRUPT_DICOM; for bytes that are only the beginning of
 * one that may just mean that more are needed.
 */
export function readHeader(bytes: Uint8Array, syntax: TransferSyntax): Header {
  const parsed = parse(bytes, syntax);
  const pixels = parsed.elements[pixelDataTag];
  return {
    dataSet: extract(parsed, pixelRepresentationOf(parsed), depthMax),
    pixelData: pixels && {
      offset: pixels.dataOffset,
      bytes: pixels.length === undefinedLength ? undefined : pixels.length,
    },
    overlay: Object.keys(parsed.elements).some((tag) => overlayTag.test(tag)),
  };
}

function parse(
  bytes: Uint8Array,
  { byteOrder, explicitVr }: TransferSyntax,
  untilTag = pixelDataTag,
): ParsedDataSet {
  if (bytes.length === 0) throw corruptDicom('the data set is empty');
  const parser =
    byteOrder === 'little' ? dicomParser.littleEndianByteArrayParser : dicomParser.bigEndianByteArrayParser;
  const parsed = new ParsedDataSetConstructor(parser, bytes, {});
  const until = { untilTag };
  try {
    const stream = boundedStream(parser, bytes);
    if (explicitVr) dicomParser.parseDicomDataSetExplicit(parsed, stream, bytes.length, until);
    else dicomParser.parseDicomDataSetImplicit(parsed, stream, bytes.length, until);
  } catch (cause) {
    // dicom-parser throws strings; a nesting too deep for the stack is a RangeError.
    throw corruptDicom('its elements can’t be read to their end', cause);
  }
  return parsed;
}

/** SOP Class UID (0008,0016) of a data set that need be sound only that far; empty where it is not, or has none. */
export function readSopClass(bytes: Uint8Array, syntax: TransferSyntax): string {
  const tag = parserTag('SOPClassUID');
  try {
    const parsed = parse(bytes, syntax, tag);
    const element = parsed.elements[tag];
    return element === undefined ? '' : (readTexts(parsed, element)[0] ?? '');
  } catch {
    return '';
  }
}

/** Whether an error of `readHeader` would be the same with more bytes. */
export function isHopeless(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof RangeError;
}

/** A stream that gives only so many tags to read: what its elements take of memory and time is bounded, however they are nested. */
function boundedStream(parser: ByteArrayParser, bytes: Uint8Array): ByteStream {
  const stream = new dicomParser.ByteStream(parser, bytes, 0);
  const read = stream.readUint16.bind(stream);
  // A tag is two of them; lengths, and looking whether a sequence ends, come on top.
  let left = 2 * elementsMax;
  stream.readUint16 = () => {
    if (--left < 0) throw new RangeError('too many elements');
    return read();
  };
  return stream;
}

/** dicom-parser exports its class, but its types only tell of the interface. */
const ParsedDataSetConstructor = (
  dicomParser as unknown as {
    DataSet: new (parser: unknown, bytes: Uint8Array, elements: object) => ParsedDataSet;
  }
).DataSet;

function pixelRepresentationOf(parsed: ParsedDataSet): 'US' | 'SS' {
  const element = parsed.elements[parserTag('PixelRepresentation')];
  const value = element && valueOf(parsed, element, 'PixelRepresentation', { pixelVr: 'US', depthLeft: 0 });
  return (value as number[] | undefined)?.[0] === 1 ? 'SS' : 'US';
}

function extract(parsed: ParsedDataSet, pixelVr: 'US' | 'SS', depthLeft: number): DataSet {
  if (depthLeft === 0) {
    throw corruptDicom('its sequences are nested too deep', new RangeError(`more than ${depthMax} levels`));
  }
  const found: [Keyword, unknown][] = [];
  for (const element of Object.values(parsed.elements)) {
    const keyword = keywordOf(parsed, element);
    const value = keyword && valueOf(parsed, element, keyword, { pixelVr, depthLeft });
    if (keyword !== undefined && value !== undefined) found.push([keyword, value]);
  }
  return Object.fromEntries(found) as DataSet;
}

/** Our keyword of the element. A private one counts only where its creator has reserved its block. */
function keywordOf(parsed: ParsedDataSet, { tag }: Element): Keyword | undefined {
  const group = tag.slice(1, 5);
  if (Number.parseInt(group, 16) % 2 === 0) return keywordByTag.get(tag);
  const reservation = parsed.elements[`x${group}00${tag.slice(5, 7)}`];
  if (reservation === undefined || reservation.tag === tag) return undefined;
  return keywordByTag.get(privateTag(`x${group}10${tag.slice(7)}`, readTexts(parsed, reservation)[0]));
}

function valueOf(
  parsed: ParsedDataSet,
  element: Element,
  keyword: Keyword,
  { pixelVr, depthLeft }: { pixelVr: 'US' | 'SS'; depthLeft: number },
): unknown {
  const { vr } = attributes[keyword];
  if (element.length !== undefinedLength && element.dataOffset + element.length > parsed.byteArray.length) {
    throw corruptDicom('an element is longer than the file');
  }
  switch (vr) {
    case 'SQ': {
      const items = (element.items ?? []).flatMap(({ dataSet }) => (dataSet ? [dataSet] : []));
      return items.length === 0 ? undefined : items.map((item) => extract(item, pixelVr, depthLeft - 1));
    }
    case 'OB':
      return parsed.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
    case 'CS':
    case 'LO':
    case 'SH':
    case 'UI': {
      const texts = readTexts(parsed, element);
      return texts.length === 0 ? undefined : texts;
    }
    default: {
      // Pixel Representation decides, whatever the element says: many writers get that wrong.
      if (vr === 'XS') return readNumbers(parsed, element, pixelVr);
      // Implicit and unknown (UN) elements are read as the table says, others as they say themselves.
      return readNumbers(parsed, element, isNumeric(element.vr) ? element.vr : vr);
    }
  }
}

/** Every attribute that we know by its tag as dicom-parser names it, private ones with their creator. */
const keywordByTag = new Map(
  keywords.map((keyword) => {
    const { creator } = attributeOf(keyword);
    const tag = parserTag(keyword);
    return [creator === undefined ? tag : privateTag(tag, creator), keyword];
  }),
);

function privateTag(tag: string, creator: string | undefined): string {
  return `${creator}:${tag}`;
}

function isNumeric(vr: string | undefined): vr is string {
  return vr !== undefined && ['DS', 'FD', 'FL', 'IS', 'SS', 'UL', 'US'].includes(vr);
}

/** The tag as dicom-parser names it: `x00280010`. */
function parserTag(keyword: Keyword): string {
  return `x${attributeOf(keyword).tag.toLowerCase()}`;
}
