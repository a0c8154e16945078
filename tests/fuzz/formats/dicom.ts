import {
  buildDicom,
  type BuildOptions,
  type BuiltElement,
  encapsulate,
} from '../../../packages/dicom/src/testing/dicom-builder.ts';
import { mrObject, text } from '../../../packages/dicom/src/testing/mr-object.ts';
import { buildCsaHeader } from '../../../packages/imaging/src/dicom/testing/csa-builder.ts';
import type { Draw } from '../engine/draw.ts';
import type { Mutator, Seed } from '../engine/target.ts';
import { overwriteNumberAt } from '../engine/mutate-numbers.ts';
import { changedElements } from './dicom-elements.ts';

/** What more an object may have than `mrObject` gives it: a private header that is read, places of frames, compressed pixels. */
const csa: readonly BuiltElement[] = [
  text(0x0029_0010, 'LO', 'SIEMENS CSA HEADER'),
  {
    tag: 0x0029_1010,
    vr: 'OB',
    value: buildCsaHeader({
      NumberOfImagesInMosaic: ['16'],
      SliceNormalVector: ['0', '0', '1'],
      B_value: ['50'],
    }),
  },
];
const enhanced: BuiltElement = {
  tag: 0x5200_9230,
  vr: 'SQ',
  open: true,
  value: [[{ tag: 0x0020_9113, vr: 'SQ', value: [[text(0x0020_0032, 'DS', '1\\2\\3')]] }]],
};
const rle: BuiltElement = {
  tag: 0x7fe0_0010,
  vr: 'OB',
  value: encapsulate([Buffer.alloc(90, 1), Buffer.alloc(30, 2)]),
  length: 0xff_ff_ff_ff,
};
const rleSyntax = '1.2.840.10008.1.2.5';

/** The `number`-th slice of a small sound series, with these elements instead of its own. */
export function sliceElements(
  number: number,
  changes: readonly BuiltElement[] = [],
): readonly BuiltElement[] {
  return mrObject(number, Object.fromEntries(changes.map((element) => [element.tag, element])));
}

export const soundDicoms: readonly Uint8Array[] = [
  [sliceElements(1)],
  [sliceElements(2), { meta: 'none' }],
  [sliceElements(2), { meta: 'no-preamble' }],
  [sliceElements(2, [enhanced]), { syntax: 'implicit' }],
  [sliceElements(2, [enhanced]), { syntax: 'big-endian' }],
  [sliceElements(2, [enhanced]), { syntax: 'deflated' }],
  [sliceElements(2, csa)],
  [sliceElements(2, [rle]), { syntaxUid: rleSyntax }],
].map(
  ([elements, options]) =>
    new Uint8Array(buildDicom(elements as readonly BuiltElement[], options as BuildOptions | undefined)),
);

const syntaxUids = [
  '',
  '1.2.840.10008.1.2',
  '1.2.840.10008.1.2.2',
  '1.2.840.10008.1.2.4.50',
  rleSyntax,
  '1.2.3',
  'x'.repeat(70),
];

function optionsOf(draw: Draw): BuildOptions {
  const meta = draw.pick(['whole', 'whole', 'whole', 'no-preamble', 'none'] as const);
  return {
    meta,
    // Nothing says of a bare data set how it is written; those that deflate can't be told.
    syntax: draw.pick(['explicit', 'explicit', 'implicit', 'big-endian', 'deflated']),
    ...(draw.chance(0.1) && { syntaxUid: draw.pick(syntaxUids) }),
  };
}

/** An object of the study with elements that are changed. */
export function dicomSeed(number: (draw: Draw) => number): Seed {
  return (draw) => {
    const extra = draw.pick([[], [], [enhanced], csa, [rle]]);
    const elements = changedElements(sliceElements(number(draw), extra), draw.between(0, 3), draw);
    return new Uint8Array(buildDicom(elements, optionsOf(draw)));
  };
}

/** A tag, a VR or a length of the data set's own elements: all of them lie at even places. */
const elementHead: Mutator = (input, draw, others) =>
  overwriteNumberAt([{ at: 2 * draw.below(Math.max(1, input.length >> 1)), bytes: draw.pick([2, 4]) }])(
    input,
    draw,
    others,
  );

const otherVr: Mutator = (input, draw) => {
  const copy = Buffer.from(input);
  const vr = draw.pick(['US', 'DS', 'IS', 'UI', 'CS', 'LO', 'OW', 'SQ']);
  const at = copy.indexOf(vr, draw.below(Math.max(1, copy.length)), 'latin1');
  if (at !== -1) copy.write(draw.pick(['SQ', 'UN', 'OB', 'OW', 'UT', 'US', 'FD', 'DS', 'XX']), at, 'latin1');
  return new Uint8Array(copy);
};

/** Marks of items and their ends where none belong. */
const itemMark: Mutator = (input, draw) => {
  const copy = Buffer.from(input);
  if (copy.length < 8) return input;
  const at = 2 * draw.below((copy.length - 8) >> 1);
  copy.writeUInt16LE(0xff_fe, at);
  copy.writeUInt16LE(draw.pick([0xe0_00, 0xe0_0d, 0xe0_dd]), at + 2);
  copy.writeUInt32LE(draw.pick([0, 8, 0xff_ff_ff_ff]), at + 4);
  return new Uint8Array(copy);
};

export const dicomMutators: readonly Mutator[] = [elementHead, otherVr, itemMark];
