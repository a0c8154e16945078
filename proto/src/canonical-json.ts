import {
  type DescMessage,
  fromJson,
  type JsonValue,
  type MessageJsonType,
  type MessageShape,
  toJson,
} from '@bufbuild/protobuf';
import { type Timestamp, timestampNow } from '@bufbuild/protobuf/wkt';

/** Empty lists, zeros and empty strings are written out, so that a reader sees every field that has a meaning when empty. */
const writeOptions = { alwaysEmitImplicit: true } as const;
/** A newer writer may add fields: an older reader must not fail on them. */
const readOptions = { ignoreUnknownFields: true } as const;

/** A message as the canonical JSON value that travels everywhere. */
export function encodeJson<D extends DescMessage>(schema: D, message: MessageShape<D>): MessageJsonType<D> {
  // Only google.protobuf.Value becomes null, and no message of ours is one.
  return toJson(schema, message, writeOptions) as MessageJsonType<D>;
}

/** A canonical JSON value as a message. Throws on wrong types. */
export function decodeJson<D extends DescMessage>(schema: D, json: JsonValue): MessageShape<D> {
  return fromJson(schema, json, readOptions);
}

export function encodeText<D extends DescMessage>(schema: D, message: MessageShape<D>): string {
  return JSON.stringify(encodeJson(schema, message));
}

export function decodeText<D extends DescMessage>(schema: D, text: string): MessageShape<D> {
  return decodeJson(schema, JSON.parse(text) as JsonValue);
}

/** The present, as messages hold it. */
export function now(): Timestamp {
  return timestampNow();
}
