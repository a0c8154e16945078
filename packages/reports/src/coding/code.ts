/** A coded concept, as DICOM (PS3.3, 8.8) and FHIR know it. */
export interface Code {
  readonly value: string;
  readonly scheme: Scheme;
  readonly meaning: string;
}

/** Coding scheme designators (PS3.16, table 8-1), and our own. */
export type Scheme = '99HEPASTAGE' | 'DCM' | 'LN' | 'RFC5646' | 'SCT' | 'UCUM';

/** Code systems by their URIs in FHIR. RFC5646 codes go nowhere in FHIR but into `language`. */
export const schemeUris: Readonly<Record<Scheme, string>> = {
  '99HEPASTAGE': 'urn:oid:2.25.325739223330603753998020199118077172327',
  DCM: 'http://dicom.nema.org/resources/ontology/DCM',
  LN: 'http://loinc.org',
  RFC5646: 'urn:ietf:bcp:47',
  SCT: 'http://snomed.info/sct',
  UCUM: 'http://unitsofmeasure.org',
};

export function code(value: string, scheme: Scheme, meaning: string): Code {
  return { value, scheme, meaning };
}
