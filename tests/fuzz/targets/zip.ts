import { archiveEntries } from '@hepastage/platform';
import type { Draw } from '../engine/draw.ts';
import { accepted, Finding, type FuzzTarget } from '../engine/target.ts';
import { inChunks } from '../formats/chunks.ts';
import { caseBytesMax, processBytesMax } from '../formats/limits.ts';
import { zipMutators, zipOf, zipSeed } from '../formats/zip.ts';

const limits = { entriesMax: 20, entryBytesMax: 2 ** 20, decompressedBytesMax: 4 * 2 ** 20 };
const contents = [0, 1, 300, 3_000].map((bytes) =>
  Buffer.from(Array.from({ length: bytes }, (_, n) => (n * n) % 251)),
);
const later = { signature: true, sizeBytes: 4 } as const;

/** Zips as they stream in: their files, to the end or not, and never more of them than is allowed. */
export const zip: FuzzTarget = {
  name: 'zip',
  weight: 4,
  caseBytesMax,
  processBytesMax,
  open: async () => ({
    corpus: [
      zipOf(...contents.map((content) => ({ content }))),
      zipOf(...contents.map((content) => ({ content, method: 0 as const }))),
      zipOf({ name: 'folder/', method: 0 }, ...contents.map((content) => ({ content, descriptor: later }))),
    ],
    seeds: [zipSeed(contents)],
    mutators: zipMutators,
    run: readAll,
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

async function readAll(input: Uint8Array, draw: Draw): Promise<string> {
  let bytes = 0;
  let entries = 0;
  for await (const { content } of archiveEntries(inChunks(input, draw), limits)) {
    entries += 1;
    let entryBytes = 0;
    for await (const chunk of content) {
      entryBytes += chunk.length;
      // Some readers leave before the end.
      if (draw.chance(0.02)) break;
    }
    bytes += entryBytes;
    if (entryBytes > limits.entryBytesMax) throw new Finding(`a file of ${entryBytes} bytes`);
  }
  if (entries > limits.entriesMax) throw new Finding(`${entries} files`);
  if (bytes > limits.decompressedBytesMax) throw new Finding(`${bytes} bytes in all files`);
  return accepted;
}
