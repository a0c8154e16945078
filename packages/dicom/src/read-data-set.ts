import dicomParser, { type DataSet as ParsedDataSet, type Element } from 'dicom-parser';
import { attributeOf, attributes, type Keyword, keywords } from './attributes.ts';
import { corruptDicom } from './corrupt-dicom.ts';
import type { DataSet } from './data-set.ts';
import { readNumbers, readTexts } from './element-values.ts';
import type { TransferSyntax } from './transfer-syntax.ts';

const pixelDataTag = 'x7fe00010';
const undefinedLength = 0xff_ff_ff_ff;
/** Groups of overlay planes (60xx, even) as dicom-parser names them. */
const overlayTag = /^x60[0-9a-f][02468ace]3000$/;

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
    dataSet: extract(parsed, pixelRepresentationOf(parsed)),
    pixelData: pixels && {
      offset: pixels.dataOffset,
      bytes: pixels.length === undefinedLength ? undefined : pixels.length,
    },
    overlay: Object.keys(parsed.elements).some((tag) => overlayTag.test(tag)),
  };
}

function parse(bytes: Uint8Array, { byteOrder, explicitVr }: TransferSyntax): ParsedDataSet {
  if (bytes.length === 0) throw corruptDicom('the data set is empty');
  const parser =
    byteOrder === 'little' ? dicomParser.littleEndianByteArrayParser : dicomParser.bigEndianByteArrayParser;
  const parsed = new ParsedDataSetConstructor(parser, bytes, {});
  const until = { untilTag: pixelDataTag };
  try {
    const stream = new dicomParser.ByteStream(parser, bytes, 0);
    if (explicitVr) dicomParser.parseDicomDataSetExplicit(parsed, stream, bytes.length, until);
    else dicomParser.parseDicomDataSetImplicit(parsed, stream, bytes.length, until);
  } catch (cause) {
    // dicom-parser throws strings; a nesting too deep for the stack is a RangeError.
    throw corruptDicom('its elements can’t be read to their end', cause);
  }
  return parsed;
}

/** dicom-parser exports its class, but its types only tell of the interface. */
const ParsedDataSetConstructor = (
  dicomParser as unknown as {
    DataSet: new (parser: unknown, bytes: Uint8Array, elements: object) => ParsedDataSet;
  }
).DataSet;

function pixelRepresentationOf(parsed: ParsedDataSet): 'US' | 'SS' {
  return parsed.uint16(parserTag('PixelRepresentation')) === 1 ? 'SS' : 'US';
}

function extract(parsed: ParsedDataSet, pixelVr: 'US' | 'SS'): DataSet {
  const found: [Keyword, unknown][] = [];
  for (const element of Object.values(parsed.elements)) {
    const keyword = keywordOf(parsed, element);
    const value = keyword && valueOf(parsed, element, keyword, pixelVr);
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

function valueOf(parsed: ParsedDataSet, element: Element, keyword: Keyword, pixelVr: 'US' | 'SS'): unknown {
  const { vr } = attributes[keyword];
  if (element.length !== undefinedLength && element.dataOffset + element.length > parsed.byteArray.length) {
    throw corruptDicom('an element is longer than the file');
  }
  switch (vr) {
    case 'SQ': {
      const items = (element.items ?? []).flatMap(({ dataSet }) => (dataSet ? [dataSet] : []));
      return items.length === 0 ? undefined : items.map((item) => extract(item, pixelVr));
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
      const own = vr === 'XS' ? pixelVr : vr;
      // Implicit and unknown (UN) elements are read as the table says, others as they say themselves.
      return readNumbers(parsed, element, isNumeric(element.vr) ? element.vr : own);
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
