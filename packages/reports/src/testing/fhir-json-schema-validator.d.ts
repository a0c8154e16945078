/** What we use of it; it comes without types. */
declare module '@asymmetrik/fhir-json-schema-validator' {
  export default class JsonSchemaValidator {
    /** Errors; empty where there are none. */
    validate(resource: object): readonly object[];
  }
}
