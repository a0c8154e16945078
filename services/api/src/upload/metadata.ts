import { buffer } from 'node:stream/consumers';
import { create } from '@bufbuild/protobuf';
import {
  enumValue,
  ErrorCode,
  HepastageError,
  ReportIdentifiers,
  type StudyMetadata,
  type StudyMetadata_Priority,
  StudyMetadata_PrioritySchema,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { Value } from 'typebox/value';
import { metadataSchema } from '../schemas/study-form.ts';

/** Reads the metadata part whole: `chunks` must be bounded. Throws INVALID_METADATA, which never quotes what was sent. */
export async function readMetadata(chunks: AsyncIterable<Buffer>): Promise<StudyMetadata> {
  return parseMetadata(await buffer(chunks));
}

export function parseMetadata(bytes: Uint8Array): StudyMetadata {
  return metadataOf(parseJson(bytes));
}

/** Throws INVALID_METADATA. */
export function metadataOf(given: unknown): StudyMetadata {
  if (!Value.Check(metadataSchema, given)) throw brokenSchema(given);
  const { externalReference = '', priority = 'ROUTINE', model = '', series } = given;
  const { reportIdentifiers = 'HASHED', webhook = '' } = given;
  if (reportIdentifiers === 'EXTERNAL_REFERENCE' && externalReference === '') {
    throw invalid({
      what: 'reports are to carry a reference that is not there',
      expected: 'externalReference',
    });
  }
  // Canonical JSON writes a priority that nobody set as UNSPECIFIED.
  const name = priority === 'UNSPECIFIED' ? 'ROUTINE' : priority.toUpperCase();
  const priorityValue = enumValue(StudyMetadata_PrioritySchema, name);
  return create(StudyMetadataSchema, {
    externalReference,
    priority: priorityValue as StudyMetadata_Priority,
    model,
    ...(series !== undefined && { series }),
    // Canonical JSON writes one that nobody set as unspecified.
    reportIdentifiers: ReportIdentifiers[reportIdentifiers] || ReportIdentifiers.HASHED,
    webhook,
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid({ what: 'the part is no JSON', expected: 'a JSON object in UTF-8', cause });
  }
}

function brokenSchema(given: unknown): HepastageError {
  const errors = Value.Errors(metadataSchema, given);
  const unknown = errors.find(({ keyword }) => keyword === 'additionalProperties');
  if (unknown !== undefined) {
    const known = Object.keys(metadataSchema.properties).join(', ');
    return invalid({ what: 'there is a field that it does not have', expected: `only ${known}` });
  }
  // The last error of a union says what the union takes; the ones before are its alternatives'.
  const error = errors.at(-1);
  const field = error?.instancePath.split('/')[1];
  const message = error?.message.replace(/^must /, '') ?? 'a valid document';
  return invalid({
    what: 'the part breaks its schema',
    expected: field === undefined ? message : `${field}: ${message}`,
  });
}

function invalid(details: { what: string; expected: string; cause?: unknown }): HepastageError {
  return new HepastageError(ErrorCode.INVALID_METADATA, {
    action: 'compare it with /docs',
    ...details,
  });
}
