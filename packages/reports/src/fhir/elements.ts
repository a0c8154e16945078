import { type Code, schemeUris } from '../coding/code.ts';
import { noUnits } from '../coding/standard-codes.ts';
import type { FhirObject } from './json.ts';

/** A code as the data type Coding. */
export function coding({ value, scheme, meaning }: Code): FhirObject {
  return { system: schemeUris[scheme], code: fhirCode(value), display: meaning };
}

export function concept(one: Code): FhirObject {
  return { coding: [coding(one)], text: one.meaning };
}

/** A number without unit. */
export function quantity(value: number): FhirObject {
  return { value, unit: noUnits.meaning, system: schemeUris.UCUM, code: noUnits.value };
}

export function uidIdentifier(uid: string): FhirObject {
  return { system: 'urn:dicom:uid', value: `urn:oid:${uid}` };
}

/** The data type `code` has single spaces, and none outside (R4, 2.24.0.1). */
function fhirCode(value: string): string {
  return value.trim().replaceAll(/\s+/g, ' ');
}
