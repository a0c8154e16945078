import { create } from '@bufbuild/protobuf';
import { decodeText, encodeText, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';
import { defaultMetadata } from '../commit/default-metadata.ts';

/** What a client says of a study when it says that it is complete. */
export type Said = Pick<StudyRequest, 'idempotencyKeySha256' | 'contentSha256'> & {
  readonly metadata: NonNullable<StudyRequest['metadata']>;
};

/** For the arrival to keep until its end is done: a StudyRequest that knows nothing else yet. */
export function writeSaid(said: Said): string {
  return encodeText(StudyRequestSchema, create(StudyRequestSchema, said));
}

/** Empty: nobody said anything, the quiet period was over. */
export function readSaid(text: string): Said {
  if (text === '') return { metadata: defaultMetadata(), idempotencyKeySha256: '', contentSha256: '' };
  const { metadata, idempotencyKeySha256, contentSha256 } = decodeText(StudyRequestSchema, text);
  return { metadata: metadata ?? defaultMetadata(), idempotencyKeySha256, contentSha256 };
}
