import { randomUUID } from 'node:crypto';

/** A body of DICOM objects as STOW-RS takes them (PS3.18, 8.6.1.2; RFC 2387). */
export interface MultipartRelated {
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function multipartRelated(objects: readonly Uint8Array[]): MultipartRelated {
  // A random boundary: 122 bits that no object holds by chance.
  const boundary = `hepastage-${randomUUID()}`;
  const head = ascii(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`);
  const end = ascii(`--${boundary}--\r\n`);
  const pieces = [...objects.flatMap((object) => [head, object, lineEnd]), end];
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return { contentType: `multipart/related; type="application/dicom"; boundary=${boundary}`, bytes };
}

const lineEnd = ascii('\r\n');

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
