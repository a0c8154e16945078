/** A FHIR element or resource. Properties that are undefined are not written. */
export interface FhirObject {
  readonly [property: string]: FhirValue | undefined;
}

export type FhirValue = string | number | boolean | FhirObject | readonly FhirValue[];
