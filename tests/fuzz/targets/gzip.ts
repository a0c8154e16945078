import { decodeNifti, NiftiInspector } from '@hepastage/imaging';
import { inspectGzip } from '../../../services/api/src/upload/content-inspection.ts';
import type { Draw } from '../engine/draw.ts';
import { refusalCode } from '../engine/judge.ts';
import { accepted, Finding, type FuzzTarget } from '../engine/target.ts';
import { inChunks } from '../formats/chunks.ts';
import { gzipMutators, gzipSeeds, soundGzips } from '../formats/gzip.ts';
import { caseBytesMax, imageLimits, processBytesMax } from '../formats/limits.ts';

/** Gzipped NIfTI, as the API inspects it and as the worker decodes it: what one takes, the other takes. */
export const gzip: FuzzTarget = {
  name: 'gzip',
  weight: 3,
  caseBytesMax,
  processBytesMax,
  open: async () => ({
    corpus: soundGzips,
    seeds: gzipSeeds,
    mutators: gzipMutators,
    run: async (input, draw) => {
      const streamed = await inspect(input, draw).catch(refusalCode);
      if (input[0] !== 0x1f || input[1] !== 0x8b) return streamed;
      const whole = await decode(input).catch(refusalCode);
      if ((streamed === accepted) !== (whole === accepted)) {
        throw new Finding(`to the API it is ${streamed}, to the worker ${whole}`);
      }
      return whole;
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

async function inspect(input: Uint8Array, draw: Draw): Promise<string> {
  const inspection = inspectGzip(new NiftiInspector(imageLimits), imageLimits.decompressedBytesMax);
  try {
    for await (const chunk of inChunks(input, draw)) await inspection.write(chunk);
    await inspection.end();
    return accepted;
  } finally {
    inspection.close();
  }
}

async function decode(input: Uint8Array): Promise<string> {
  decodeNifti(input, imageLimits);
  return accepted;
}
