import type { BuiltElement } from '../../../packages/dicom/src/testing/dicom-builder.ts';
import { text } from '../../../packages/dicom/src/testing/mr-object.ts';
import type { Draw } from '../engine/draw.ts';

/** Makes something else of the elements of an object. */
type ElementChange = (elements: readonly BuiltElement[], draw: Draw) => readonly BuiltElement[];

const vrs = 'AE AS AT CS DA DS DT FD FL IS LO LT OB OF OW PN SH SL SQ SS ST TM UI UL UN UR US UT ZZ'.split(
  ' ',
);
const texts = [
  '',
  '0',
  '-0',
  '1e308',
  '-1e999',
  'NaN',
  '1\\2',
  '1\\2\\3\\4\\5\\6\\7',
  '\\\\\\',
  '2147483648',
  '1.2.840.10008.1.2',
  '1.2.3.',
  'MR',
  'COLOR',
  '\0',
  'é',
  'x'.repeat(300),
];
const lengths = [0, 1, 2, 7, 0x7f_ff, 0xff_ff];
/** For value representations whose length has four bytes. */
const longLengths = [...lengths, 0x7f_ff_ff_ff, 0xff_ff_ff_fe, 0xff_ff_ff_ff];
const longVrs = new Set(['OB', 'OF', 'OW', 'SQ', 'UN', 'UR', 'UT']);
/** Numbers that rows, columns, bits and frames may claim. */
const numbers = [0, 1, 2, 7, 8, 16, 32, 64, 255, 4_096, 32_767, 65_535];
/** Of the attributes that are read: a lone one of these may turn up anywhere. */
const readTags = [
  0x0008_0005, 0x0008_0008, 0x0008_0016, 0x0008_0018, 0x0008_0060, 0x0018_0081, 0x0018_0091, 0x0018_9087, 0x0019_100a,
  0x0020_000d, 0x0020_000e, 0x0020_0032, 0x0020_0037, 0x0028_0002, 0x0028_0008, 0x0028_0010, 0x0028_0011, 0x0028_0030,
  0x0028_0100, 0x0028_0101, 0x0028_0102, 0x0028_0103, 0x0028_0106, 0x0028_0120, 0x0028_1052, 0x0028_1053, 0x0029_1010,
  0x5200_9229, 0x5200_9230, 0x6000_3000, 0x7fe0_0010, 0xfffe_e000, 0xfffe_e00d, 0xfffe_e0dd,
]; // prettier-ignore

const replaced = (
  elements: readonly BuiltElement[],
  draw: Draw,
  change: (one: BuiltElement) => BuiltElement,
) => {
  const at = draw.below(elements.length);
  return elements.map((element, n) => (n === at ? change(element) : element));
};

const changes: readonly ElementChange[] = [
  // Missing, doubled, out of order.
  (elements, draw) => elements.toSpliced(draw.below(elements.length), 1),
  (elements, draw) => elements.toSpliced(draw.below(elements.length), 0, draw.pick(elements)),
  (elements, draw) => [...elements.slice(draw.below(elements.length)), ...elements],
  // Another value, value representation or length.
  (elements, draw) => replaced(elements, draw, (one) => ({ ...one, value: draw.pick(texts) })),
  (elements, draw) =>
    replaced(elements, draw, (one) => ({ tag: one.tag, vr: draw.pick(vrs), value: draw.bytes(8) })),
  (elements, draw) =>
    replaced(elements, draw, (one) => ({
      ...one,
      length: draw.pick(longVrs.has(one.vr) ? longLengths : lengths),
    })),
  (elements, draw) => withNumber(elements, draw),
  // Something that does not belong there.
  (elements, draw) =>
    [...elements, text(draw.pick(readTags), draw.pick(vrs), draw.pick(texts))].toSorted(
      (a, b) => a.tag - b.tag,
    ),
  (elements, draw) => [...elements, nested(draw.between(1, 40), draw)].toSorted((a, b) => a.tag - b.tag),
  (elements, draw) => [...elements, functionalGroups(draw)].toSorted((a, b) => a.tag - b.tag),
];

/** So many changes to the elements of an object. */
export function changedElements(
  elements: readonly BuiltElement[],
  count: number,
  draw: Draw,
): readonly BuiltElement[] {
  let result = elements;
  for (let n = 0; n < count && result.length > 0; n++) result = draw.pick(changes)(result, draw);
  return result;
}

/** What the pixels are said to be: rows, columns, frames, bits. */
function withNumber(elements: readonly BuiltElement[], draw: Draw): readonly BuiltElement[] {
  const tag = draw.pick([
    0x0028_0002, 0x0028_0008, 0x0028_0010, 0x0028_0011, 0x0028_0100, 0x0028_0101, 0x0028_0102, 0x0028_0103,
  ]);
  const value = draw.pick(numbers);
  const element: BuiltElement =
    tag === 0x0028_0008 ? text(tag, 'IS', String(value)) : { tag, vr: 'US', value: [value] };
  return [...elements.filter((one) => one.tag !== tag), element].toSorted((a, b) => a.tag - b.tag);
}

/** Sequences within sequences. */
function nested(depth: number, draw: Draw): BuiltElement {
  const open = draw.chance(0.5);
  let element: BuiltElement = text(0x0020_0032, 'DS', '1\\2\\3');
  for (let n = 0; n < depth; n++)
    element = { tag: 0x5200_9230, vr: 'SQ', open, value: [[element], [element]].slice(n < 3 ? 0 : 1) };
  return element;
}

/** Of an enhanced object: places of its frames, right or wrong. */
function functionalGroups(draw: Draw): BuiltElement {
  const item = (n: number): BuiltElement[] => [
    {
      tag: 0x0020_9113,
      vr: 'SQ',
      value: [[text(0x0020_0032, 'DS', draw.chance(0.8) ? `1\\2\\${n}` : draw.pick(texts))]],
    },
    {
      tag: 0x0020_9116,
      vr: 'SQ',
      value: [[text(0x0020_0037, 'DS', draw.chance(0.8) ? '1\\0\\0\\0\\1\\0' : draw.pick(texts))]],
    },
  ];
  const frames = draw.pick([0, 1, 2, 3, 50]);
  return {
    tag: draw.pick([0x5200_9229, 0x5200_9230]),
    vr: 'SQ',
    open: draw.chance(0.5),
    value: Array.from({ length: frames }, (_, n) => item(n)),
  };
}
