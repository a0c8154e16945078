import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ObjectStore } from '@hepastage/platform';
import type { ModelFile } from '@hepastage/proto';
import { invalidStored } from './package-manifest.ts';

/** What a manifest says of a file. */
type Description = Pick<ModelFile, 'name' | 'bytes' | 'sha256'>;

/** The file as it lies in `store`, chunk by chunk. Throws INVALID_MODEL where it is not the one that the manifest describes: before its first byte, or at the byte too many, or after its last. */
export async function* describedContent(store: ObjectStore, file: Description): AsyncGenerator<Uint8Array> {
  const object = await store.read(file.name);
  if (object === undefined) throw invalidStored(store, { what: `${file.name} is missing` });
  const stream: Readable = object.stream;
  try {
    assertBytes(store, file, object.bytes);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > file.bytes) assertBytes(store, file, bytes);
      hash.update(chunk);
      yield chunk;
    }
    assertBytes(store, file, bytes);
    const received = hash.digest('hex');
    if (received !== file.sha256)
      throw notDescribed(store, file, { expected: `sha256 ${file.sha256}`, received });
  } finally {
    stream.destroy();
  }
}

function assertBytes(store: ObjectStore, file: Description, received: number): void {
  if (received !== file.bytes) throw notDescribed(store, file, { expected: `${file.bytes} bytes`, received });
}

function notDescribed(
  store: ObjectStore,
  { name }: Description,
  found: { readonly expected: string; readonly received: string | number },
) {
  return invalidStored(store, { what: `${name} is not the file that the manifest describes`, ...found });
}
