import { data, type DicomElements } from 'dcmjs';
import { attributeOf, type Keyword } from './attributes.ts';
import { type DataSet, textOf } from './data-set.ts';
import { explicitLittleEndian, type TransferSyntax } from './transfer-syntax.ts';

/** Names this software in the meta header: a UUID-derived UID of its own. */
const implementationClassUid = '2.25.244731480127498031746239911504838610547';
const implementationVersionName = 'HEPASTAGE';
const undefinedLength = 0xff_ff_ff_ff;

/** In which transfer syntax an object is kept: compressed pixels as they are, all others uncompressed, explicit, little endian. */
export function keptSyntaxOf(syntax: TransferSyntax): TransferSyntax {
  return syntax.pixels === 'native' ? explicitLittleEndian : syntax;
}

/**
 * A DICOM file (PS3.10) of a de-identified data set up to and with the head of its Pixel Data: the pixels themselves follow. `pixelBytes` is their
 * length, even; undefined where they are encapsulated.
 */
export function writePart10Head(
  dataSet: DataSet,
  syntax: TransferSyntax,
  pixelBytes: number | undefined,
): Uint8Array {
  const file = new data.DicomDict({
    '00020001': { vr: 'OB', Value: [new Uint8Array([0, 1]).buffer] },
    '00020002': { vr: 'UI', Value: [textOf(dataSet, 'SOPClassUID')] },
    '00020003': { vr: 'UI', Value: [textOf(dataSet, 'SOPInstanceUID')] },
    '00020010': { vr: 'UI', Value: [syntax.uid] },
    '00020012': { vr: 'UI', Value: [implementationClassUid] },
    '00020013': { vr: 'SH', Value: [implementationVersionName] },
  });
  file.dict = { ...deidentificationMarks, ...elementsOf(dataSet) };
  const head = new Uint8Array(file.write());
  return Buffer.concat([head, pixelDataHead(dataSet, pixelBytes)]);
}

/** Patient Identity Removed and De-identification Method. */
const deidentificationMarks: DicomElements = {
  '00120062': { vr: 'CS', Value: ['YES'] },
  '00120063': { vr: 'LO', Value: ['PS3.15 Basic Profile, attributes needed for staging only'] },
};

function elementsOf(dataSet: DataSet): DicomElements {
  const elements: DicomElements = {};
  for (const [name, value] of Object.entries(dataSet)) {
    const keyword = name as Keyword;
    const { tag, vr, creator } = attributeOf(keyword);
    if (creator !== undefined) elements[`${tag.slice(0, 4)}0010`] = { vr: 'LO', Value: [creator] };
    elements[tag] = {
      vr: vr === 'XS' ? pixelVrOf(dataSet) : vr,
      Value: vr === 'SQ' ? (value as readonly DataSet[]).map(elementsOf) : (value as readonly unknown[]),
    };
  }
  return elements;
}

function pixelVrOf({ PixelRepresentation }: DataSet): 'US' | 'SS' {
  return PixelRepresentation?.[0] === 1 ? 'SS' : 'US';
}

/** Tag, VR and length of Pixel Data, explicit little endian. */
function pixelDataHead({ BitsAllocated }: DataSet, bytes: number | undefined): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(0x7f_e0, 0);
  head.writeUInt16LE(0x00_10, 2);
  head.write(bytes === undefined || (BitsAllocated?.[0] ?? 16) <= 8 ? 'OB' : 'OW', 4, 'latin1');
  head.writeUInt32LE(bytes ?? undefinedLength, 8);
  return head;
}
