/** DICOM as a file format: reading, de-identifying and writing objects. No I/O, no pixels decoded. */
export { CodestreamComments } from './codestream-comments.ts';
export { corruptDicom } from './corrupt-dicom.ts';
export { type DataSet, itemsOf, numberOf, numbersOf, textOf, textsOf } from './data-set.ts';
export { deidentify } from './deidentify.ts';
export { type Preamble, readPreamble } from './preamble.ts';
export { type Header, isHopeless, readHeader, readSopClass } from './read-data-set.ts';
export { type Fragment, type Part10, type PixelData, readPart10 } from './read-part10.ts';
export { enhancedMrImageStorage, isEnhanced, isMrImage, mrImageStorage } from './sop-class.ts';
export {
  type PixelCodec,
  type TransferSyntax,
  transferSyntaxes,
  transferSyntaxOf,
} from './transfer-syntax.ts';
export { type UidHasher, uidHasher } from './uid-hasher.ts';
export { keptSyntaxOf, writePart10Head } from './write-part10.ts';
export { type Word, wordsOf } from './vocabulary.ts';
