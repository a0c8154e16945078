import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes between two samples: collecting garbage takes up to 0.1 s. */
const bytesPerSample = 16 << 20;

/** How far the memory of buffers that are still in use grew, at most, while streams were watched. Garbage does not count: it is collected first. */
export class LiveMemory {
  readonly #atFirst = liveBytes();
  #most = this.#atFirst;

  get grownBytes(): number {
    return this.#most - this.#atFirst;
  }

  /** The same stream, sampling as it flows. */
  watch(stream: Readable): Readable {
    return Readable.from(this.#sampled(stream), { objectMode: false });
  }

  async *#sampled(stream: Readable): AsyncGenerator<Uint8Array> {
    let unsampledBytes = 0;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      unsampledBytes += chunk.byteLength;
      if (unsampledBytes >= bytesPerSample) {
        this.#most = Math.max(this.#most, liveBytes());
        unsampledBytes = 0;
      }
      yield chunk;
    }
  }
}

function liveBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
