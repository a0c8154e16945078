import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { byteMutators, inputBytesMax, joined } from '../engine/mutate-bytes.ts';
import { overwriteNumber, overwriteNumberAt } from '../engine/mutate-numbers.ts';
import type { Mutator, Seed } from '../engine/target.ts';
import { niftiMutators, niftiSeeds, soundNiftis } from './nifti.ts';

export const soundGzips: readonly Uint8Array[] = soundNiftis.map((file, n) =>
  gzipSync(file, { level: n % 10 }),
);

/** Magic, method, flags, time, extra flags, system (RFC 1952). */
const headerPlaces = [
  { at: 2, bytes: 1 },
  { at: 3, bytes: 1 },
  { at: 4, bytes: 4 },
  { at: 8, bytes: 1 },
  { at: 10, bytes: 2 },
];

const trailer: Mutator = (input, draw, others) =>
  overwriteNumberAt(
    [
      { at: input.length - 8, bytes: 4 },
      { at: input.length - 4, bytes: 4 },
    ].filter(({ at }) => at >= 0),
  )(input, draw, others);

/** Changes what is compressed, and compresses it anew: the gzip itself is sound. */
const within: Mutator = (input, draw, others) => {
  const plain = gunzipped(input) ?? draw.pick(soundNiftis);
  const mutate = draw.pick([...niftiMutators, ...niftiMutators, ...byteMutators]);
  return gzipSync(mutate(plain, draw, others), { level: draw.below(10) });
};

/** Several members one after the other are one file (RFC 1952, 2.2). */
const secondMember: Mutator = (input, draw, others) =>
  joined(input, draw.chance(0.5) ? draw.pick(others) : gzipSync(new Uint8Array(draw.below(5_000))));

const inSeveralMembers: Seed = (draw) => {
  const file = draw.pick(soundNiftis);
  const at = draw.below(file.length);
  return joined(gzipSync(file.subarray(0, at)), gzipSync(file.subarray(at)));
};

/** Little that becomes much: the header is sound, and says less than follows, or as much. */
const bombs = soundNiftis.flatMap((file) =>
  [5_000, 5_000_000].map((bytes) => gzipSync(joined(file, new Uint8Array(bytes)))),
);
const bomb: Seed = (draw) => draw.pick(bombs);

const compressedSeed: Seed = (draw) => gzipSync(draw.pick(niftiSeeds)(draw), { level: 1 });

export const gzipSeeds: readonly Seed[] = [
  compressedSeed,
  compressedSeed,
  compressedSeed,
  inSeveralMembers,
  bomb,
];
export const gzipMutators: readonly Mutator[] = [
  within,
  within,
  overwriteNumberAt(headerPlaces),
  trailer,
  secondMember,
  overwriteNumber,
];

function gunzipped(input: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(input, { maxOutputLength: inputBytesMax, finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}
