import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { decodeJson, encodeJson, type JobRecord, JobRecordSchema } from '@hepastage/proto';
import type { VersionedRecord } from './status-store.ts';

/** A record's fields as a Redis hash: field name → canonical JSON. */
export function toHash(record: JobRecord): Record<string, string> {
  return Object.fromEntries(
    Object.entries(encodeJson(JobRecordSchema, record)).map(([field, value]) => [
      field,
      JSON.stringify(value),
    ]),
  );
}

/** Undefined for the empty hash, which is how Redis answers for a key that it does not have. */
export function fromHash(hash: Readonly<Record<string, string>>): VersionedRecord | undefined {
  const { version, claim: _claim, claimedMs: _since, claimedAmong: _among, ...fields } = hash;
  if (version === undefined) return undefined;
  const json: JsonObject = Object.fromEntries(
    Object.entries(fields).map(([field, text]) => [field, JSON.parse(text) as JsonValue]),
  );
  return { record: decodeJson(JobRecordSchema, json), version: Number(version) };
}
