import { createHash, type Hash } from 'node:crypto';
import { encodeText, type StudyMetadata, StudyMetadataSchema } from '@hepastage/proto';

/** What a client sent, as one SHA-256: the bytes of every part by its name, and what the metadata says. The order of parts does not count. */
export class ContentDigest {
  readonly #parts: { readonly name: string; readonly hash: Hash }[] = [];

  /** For the bytes of one part. */
  part(name: string): Hash {
    const hash = createHash('sha256');
    this.#parts.push({ name, hash });
    return hash;
  }

  /** Lower-case hexadecimal. Call it once, after the last byte. */
  sha256(metadata: StudyMetadata): string {
    const lines = this.#parts.map(({ name, hash }) => `${name} ${hash.digest('hex')}`).toSorted();
    return createHash('sha256')
      .update([...lines, encodeText(StudyMetadataSchema, metadata)].join('\n'))
      .digest('hex');
  }
}
