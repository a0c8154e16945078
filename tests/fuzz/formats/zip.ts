import { deflateRawSync, gzipSync } from 'node:zlib';
import {
  uint16,
  uint32,
  uint64,
  zipEnd,
  localFile,
  type ZipPart,
} from '../../../packages/platform/src/archive/testing/zip-file.ts';
import type { Draw } from '../engine/draw.ts';
import { joined } from '../engine/mutate-bytes.ts';
import { overwriteNumberAt } from '../engine/mutate-numbers.ts';
import type { Mutator, Seed } from '../engine/target.ts';

/** A zip of these parts, with a directory of as many. */
export function zipOf(...parts: readonly ZipPart[]): Uint8Array {
  return joined(...parts.map(localFile), zipEnd(parts.length));
}

/** Fields of a local header, a directory header and the end record, from their signature on (APPNOTE.TXT 4.3). */
const fieldsBySignature: ReadonlyMap<number, readonly { readonly at: number; readonly bytes: number }[]> = new Map([
  [0x04_03_4b_50, [[4, 2], [6, 2], [8, 2], [14, 4], [18, 4], [22, 4], [26, 2], [28, 2]]],
  [0x02_01_4b_50, [[8, 2], [20, 4], [24, 4], [28, 2], [30, 2], [32, 2], [42, 4]]],
  [0x06_05_4b_50, [[4, 2], [6, 2], [8, 2], [10, 2], [12, 4], [16, 4], [20, 2]]],
  [0x08_07_4b_50, [[4, 4], [8, 4], [12, 4]]],
].map(([signature, fields]) => [signature as number, (fields as [number, number][]).map(([at, bytes]) => ({ at, bytes }))])); // prettier-ignore

/** A number of one of the zip's own records. */
const recordNumber: Mutator = (input, draw, others) => {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.length);
  const places: { at: number; bytes: number }[] = [];
  for (let at = bytes.indexOf('PK'); at !== -1 && at + 4 <= bytes.length; at = bytes.indexOf('PK', at + 1)) {
    const fields = fieldsBySignature.get(bytes.readUInt32LE(at)) ?? [];
    places.push(...fields.map((field) => ({ at: at + field.at, bytes: field.bytes })));
  }
  return overwriteNumberAt(places)(input, draw, others);
};

/** One of the signatures becomes another. */
const otherRecord: Mutator = (input, draw) => {
  const copy = Buffer.from(input);
  const at = copy.indexOf('PK', draw.below(Math.max(1, copy.length)));
  if (at !== -1 && at + 4 <= copy.length) copy.writeUInt32LE(draw.pick([...fieldsBySignature.keys()]), at);
  return new Uint8Array(copy);
};

export const zipMutators: readonly Mutator[] = [recordNumber, recordNumber, otherRecord];

const names = [
  'study/IM1',
  'folder/',
  '',
  '../x',
  '/x',
  'C:\\x',
  'a\0b',
  '__MACOSX/._IM1',
  'é'.repeat(40),
  'x'.repeat(300),
];
const extras: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.concat([uint16(1, 16), uint64(2_000, 2_000)]),
  Buffer.concat([uint16(1, 200), uint64(1)]),
  Buffer.concat([uint16(0x7075, 9), Buffer.from('\x01crc4IM01', 'latin1')]),
  Buffer.concat([uint16(0x9901, 7), Buffer.alloc(7)]),
  Buffer.from([1]),
];

/** Content that is not what the headers say, and little that becomes much. */
const zeros = [0, 1, 5_000_000].map((bytes) => deflateRawSync(Buffer.alloc(bytes)));

/** Files whose headers say the truth, or not. */
export function zipSeed(contents: readonly Uint8Array[]): Seed {
  return (draw) => {
    const count = draw.chance(0.05) ? draw.between(15, 25) : draw.between(0, 5);
    const parts = Array.from({ length: count }, () => partOf(draw, Buffer.from(draw.pick(contents))));
    const directory = zipEnd(draw.chance(0.9) ? parts.length : draw.below(9), {
      comment: draw.chance(0.1) ? 'x'.repeat(draw.below(70_000)) : '',
    });
    return joined(...parts.map(localFile), directory);
  };
}

function partOf(draw: Draw, content: Buffer): ZipPart {
  const sound: ZipPart = { name: `study/IM${draw.below(100)}`, content, method: draw.chance(0.7) ? 8 : 0 };
  const lies: readonly ZipPart[] = [
    { name: draw.pick(names) },
    { extra: draw.pick(extras) },
    { flags: 1 << draw.below(16) },
    { method: draw.pick([0, 8, 9, 99]) },
    { crc: draw.below(2 ** 32) },
    { bytes: draw.pick([0, 1, content.length + 1, 0xff_ff_ff_fe, 0xff_ff_ff_ff]) },
    { compressedBytes: draw.pick([0, 1, content.length + 1, 0xff_ff_ff_fe, 0xff_ff_ff_ff]) },
    { method: 8, compressed: draw.pick(zeros) },
    { content: gzipSync(content), method: 0 },
    { content: Buffer.concat([uint32(0x04034b50), content]) },
    { descriptor: { signature: draw.chance(0.5), sizeBytes: draw.pick([4, 8]), crc: draw.below(2 ** 32) } },
  ];
  const isLater = draw.chance(0.2) && sound.method === 8;
  return {
    ...sound,
    ...(isLater && { descriptor: { signature: draw.chance(0.8), sizeBytes: draw.pick([4, 8]) } }),
    ...(draw.chance(0.2) && draw.pick(lies)),
  };
}
