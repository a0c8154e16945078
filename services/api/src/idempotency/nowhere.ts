import { finished } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { ObjectSink } from '@hepastage/platform';

/** Where the files of a study go that is there already: they are read and looked into like any others, and not kept. */
export const nowhere: ObjectSink = {
  async write(key, source: Readable, { signal } = {}) {
    let bytes = 0;
    source.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await finished(source, signal === undefined ? {} : { signal });
    return { key, bytes };
  },
  async writeBytes(key, bytes) {
    return { key, bytes: bytes.byteLength };
  },
  async erase() {
    // Nothing was kept.
  },
};
