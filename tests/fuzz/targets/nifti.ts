import { decodeNifti, type ImageKind, NiftiInspector } from '@hepastage/imaging';
import type { Draw } from '../engine/draw.ts';
import { refusalCode } from '../engine/judge.ts';
import { accepted, Finding, type FuzzTarget } from '../engine/target.ts';
import { inChunks } from '../formats/chunks.ts';
import { caseBytesMax, imageLimits, processBytesMax } from '../formats/limits.ts';
import { niftiMutators, niftiSeeds, soundNiftis } from '../formats/nifti.ts';

/** NIfTI that is not compressed, as it streams by and as a whole: both must say the same. */
export const nifti: FuzzTarget = {
  name: 'nifti',
  weight: 6,
  caseBytesMax,
  processBytesMax,
  open: async () => ({
    corpus: soundNiftis,
    seeds: niftiSeeds,
    mutators: niftiMutators,
    run: async (input, draw) => {
      const kind = draw.chance(0.8) ? 'image' : 'mask';
      const streamed = await inspect(input, kind, draw).catch(refusalCode);
      const whole = await decode(input, kind).catch(refusalCode);
      // A gzipped file is for the other target.
      const isPlain = input[0] !== 0x1f || input[1] !== 0x8b;
      if (isPlain && streamed !== whole) throw new Finding(`streamed it is ${streamed}, as a whole ${whole}`);
      return whole;
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

async function inspect(input: Uint8Array, kind: ImageKind, draw: Draw): Promise<string> {
  const inspector = new NiftiInspector(imageLimits, kind);
  for await (const chunk of inChunks(input, draw)) inspector.write(chunk);
  inspector.end();
  return accepted;
}

async function decode(input: Uint8Array, kind: ImageKind): Promise<string> {
  const { data, dims } = decodeNifti(input, imageLimits, kind);
  if (data.length !== dims[0] * dims[1] * dims[2])
    throw new Finding(`${data.length} voxels of ${dims.join('×')}`);
  return accepted;
}
