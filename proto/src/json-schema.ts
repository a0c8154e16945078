import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';

/** A JSON Schema (2020-12, as OpenAPI 3.1 uses it). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of a message's canonical JSON, derived from its descriptor so that no schema is written twice. */
export function jsonSchema(message: DescMessage): JsonSchema {
  if (message.typeName === 'google.protobuf.Timestamp') return { type: 'string', format: 'date-time' };
  return {
    type: 'object',
    title: message.name,
    properties: Object.fromEntries(message.fields.map((field) => [field.jsonName, fieldSchema(field)])),
  };
}

function fieldSchema(field: DescField): JsonSchema {
  switch (field.fieldKind) {
    case 'list':
      return { type: 'array', items: valueSchema(field.message, field.enum, field.scalar) };
    case 'map':
      return { type: 'object', additionalProperties: valueSchema(field.message, field.enum, field.scalar) };
    default:
      return valueSchema(field.message, field.enum, field.scalar);
  }
}

function valueSchema(
  message: DescMessage | undefined,
  enumeration: DescEnum | undefined,
  scalar: ScalarType | undefined,
): JsonSchema {
  if (message !== undefined) return jsonSchema(message);
  if (enumeration !== undefined)
    return { type: 'string', enum: enumeration.values.map((value) => value.name) };
  switch (scalar) {
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.UINT32:
      return { type: 'integer', minimum: 0 };
    case ScalarType.INT32:
      return { type: 'integer' };
    case ScalarType.DOUBLE:
      return { type: 'number' };
    case ScalarType.STRING:
      return { type: 'string' };
    default:
      throw new TypeError(`no JSON Schema is known for protobuf scalar ${scalar}: add it here`);
  }
}
