import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';

const chunkBytes = 1 << 20;

/** `bytes` of a pattern in chunks of 1 MiB, none of which is like another. `digest` is complete when the stream has been read. */
export function patternSource(bytes: number): { stream: Readable; digest: Hash } {
  const digest = createHash('sha256');
  const stream = Readable.from(
    (function* () {
      for (let made = 0; made < bytes; made += chunkBytes) {
        const chunk = Buffer.alloc(Math.min(chunkBytes, bytes - made), `chunk ${made / chunkBytes} `);
        digest.update(chunk);
        yield chunk;
      }
    })(),
    { objectMode: false },
  );
  return { stream, digest };
}

/** A source that gives `bytes` and then fails. */
export function failingSource(bytes: number, failure: Error): Readable {
  return Readable.from(
    (async function* () {
      yield* patternSource(bytes).stream;
      throw failure;
    })(),
    { objectMode: false },
  );
}

/** A source that gives `bytes`, tells so, and then neither ends nor fails: a client that stays connected and silent. */
export function silentSource(bytes: number, given: () => void): Readable {
  let left = bytes;
  return new Readable({
    read() {
      if (left === 0) {
        given();
        return;
      }
      const size = Math.min(chunkBytes, left);
      left -= size;
      this.push(Buffer.alloc(size));
    },
  });
}

export async function digestOf(stream: Readable): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of stream) digest.update(chunk as Uint8Array);
  return digest.digest('hex');
}
