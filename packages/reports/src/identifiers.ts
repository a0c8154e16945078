import { createHash } from 'node:crypto';
import { ReportIdentifiers } from '@hepastage/proto';
import type { ReportInput } from './report-input.ts';

/** What stands for the patient and the study in reports. */
export interface Identifiers {
  /** Patient ID (0010,0020), LO. */
  readonly patientId: string;
  /** Accession Number (0008,0050), SH. Empty where there is none. */
  readonly accessionNumber: string;
  /** Patient Comments (0010,4000), LT: the reference where it fits into no identifier. */
  readonly patientComments: string;
  /** The hospital's own reference, whole; undefined where hashes were chosen. */
  readonly externalReference: string | undefined;
}

/** Most characters of the value representations SH and LO (PS3.5, 6.2). */
const shortCharactersMax = 16;
const longCharactersMax = 64;
/** Of the hashed identifier: 64 bits. */
const hashedDigits = 16;

/** The keyed hash in short, or, where the request chose it and gave one, its external reference in every identifier that can hold it. */
export function identifiersOf({ request, study }: Pick<ReportInput, 'request' | 'study'>): Identifiers {
  const hashed = shortHash(study?.studyInstanceUid ?? request.jobId);
  const { externalReference = '', reportIdentifiers } = request.metadata ?? {};
  if (reportIdentifiers !== ReportIdentifiers.EXTERNAL_REFERENCE || externalReference.trim() === '') {
    return { patientId: hashed, accessionNumber: '', patientComments: '', externalReference: undefined };
  }
  const fits = (charactersMax: number) => fitsString(externalReference, charactersMax);
  return {
    patientId: fits(longCharactersMax) ? externalReference : hashed,
    accessionNumber: fits(shortCharactersMax) ? externalReference : '',
    patientComments: fits(longCharactersMax) ? '' : withoutControls(externalReference),
    externalReference,
  };
}

/** In neither SH nor LO may there be a backslash, which separates values, or a control character; outer spaces get lost. */
function fitsString(text: string, charactersMax: number): boolean {
  return Array.from(text).length <= charactersMax && !/[\\\p{Cc}]/u.test(text) && text === text.trim();
}

function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

function shortHash(id: string): string {
  const digits = createHash('sha256').update(id).digest('hex').slice(0, hashedDigits);
  return `HEPASTAGE-${digits.toUpperCase()}`;
}
