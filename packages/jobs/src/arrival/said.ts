import { create } from '@bufbuild/protobuf';
import { decodeText, encodeText, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';
import { defaultMetadata } from '../commit/default-metadata.ts';

/** What a client says of a study when it says that it is complete, and the trace in which it says so. */
export type Said = Pick<StudyRequest, 'idempotencyKeySha256' | 'contentSha256' | 'traceparent'> & {
  readonly metadata: NonNullable<StudyRequest['metadata']>;
};

/** For the arrival to keep until its end is done: a StudyRequest that knows nothing else yet. */
export function writeSaid(said: Said): string {
  return encodeText(StudyRequestSchema, create(StudyRequestSchema, said));
}

/** Empty: nobody said anything, the quiet period was over. */
export function readSaid(text: string): Said {
  const { metadata, ...said } =
    text === '' ? create(StudyRequestSchema) : decodeText(StudyRequestSchema, text);
  const { idempotencyKeySha256, contentSha256, traceparent } = said;
  return { metadata: metadata ?? defaultMetadata(), idempotencyKeySha256, contentSha256, traceparent };
}
