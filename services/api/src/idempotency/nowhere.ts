import { addAbortSignal, type Readable } from 'node:stream';
import type { ObjectSink } from '@hepastage/platform';

/** Where the files of a study go that is there already: they are read and looked into like any others, and not kept. */
export const nowhere: ObjectSink = {
  async write(key, source: Readable, { signal } = {}) {
    // A source that fails when nobody reads it any more must not end the process: whoever reads it is told.
    source.on('error', () => undefined);
    try {
      if (signal !== undefined) addAbortSignal(signal, source);
      let bytes = 0;
      for await (const chunk of source as AsyncIterable<Uint8Array>) bytes += chunk.byteLength;
      signal?.throwIfAborted();
      return { key, bytes };
    } finally {
      source.destroy();
    }
  },
  async writeBytes(key, bytes) {
    return { key, bytes: bytes.byteLength };
  },
  async erase() {
    // Nothing was kept.
  },
};
