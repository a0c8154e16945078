import { attributeOf, type DoorAction, type Keyword } from './attributes.ts';
import type { DataSet } from './data-set.ts';
import type { UidHasher } from './uid-hasher.ts';
import { wordsOf } from './vocabulary.ts';

/** What a code string (CS) may be made of, PS3.5, 6.2. */
const codeString = /^[A-Z0-9 _.-]{1,16}$/i;
/** UIDs of the standard itself: classes and transfer syntaxes. All others may identify. */
const standardUid = /^1\.2\.840\.10008\.[\d.]{1,50}$/;
/** Longest text of each value representation, characters (PS3.5, 6.2). */
const charactersMax: Readonly<Record<string, number>> = { CS: 16, LO: 64, SH: 16 };
/** Most values of an attribute that are kept: none of those in the table has more in real objects, and each may come again with every frame. */
const valuesMax = 32;
/** What a number's value representation can hold (PS3.5, 6.2); DS, FD and FL hold them all. */
const integers: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  IS: { min: -(2 ** 31), max: 2 ** 31 - 1 },
  SS: { min: -(2 ** 15), max: 2 ** 15 - 1 },
  UL: { min: 0, max: 2 ** 32 - 1 },
  US: { min: 0, max: 2 ** 16 - 1 },
  XS: { min: -(2 ** 15), max: 2 ** 16 - 1 },
};
/** What is written where there is no contrast agent. */
const saysNone = /^(none|no|n|0|without)?$/i;

/**
 * The data set as it may be kept: every attribute treated as the table says, those of nested sequences too. What is not in the table was never read.
 * Words and flags stay what they are when it is done again.
 */
export function deidentify(dataSet: DataSet, hashUid: UidHasher): DataSet {
  const kept: [string, unknown][] = [];
  for (const [keyword, value] of Object.entries(dataSet)) {
    const { vr, door } = attributeOf(keyword as Keyword);
    if (vr === 'SQ') {
      const items = value as readonly DataSet[];
      kept.push([keyword, items.map((item) => deidentify(item, hashUid))]);
    } else {
      const values = actions[door]((value as Values).slice(0, valuesMax), vr, hashUid);
      if (values.length > 0) kept.push([keyword, values]);
    }
  }
  return Object.fromEntries(kept);
}

type Values = readonly (string | number)[];

const actions: Readonly<Record<DoorAction, (values: Values, vr: string, hashUid: UidHasher) => Values>> = {
  keep: (values, vr) => {
    // A number that its attribute can't hold is none: an over-long one may be anything, a patient's included.
    if (!values.every((value) => typeof value === 'string' || holds(vr, value))) return [];
    const pattern = vr === 'UI' ? standardUid : codeString;
    // Values keep their places: the third of an Image Type means another thing than the fourth.
    const places = values.map((value) => (typeof value === 'number' || pattern.test(value) ? value : ''));
    return places.every((value) => value === '') ? [] : places;
  },
  hash: (values, _vr, hashUid) => values.map((uid) => hashUid(String(uid))),
  words: (values, vr) => {
    const text = joined(wordsOf(values.map(String)), charactersMax[vr] ?? 0);
    return text === '' ? [] : [text];
  },
  flag: (values) => (values.some((value) => !saysNone.test(String(value))) ? ['YES'] : []),
  drop: () => [],
};

function holds(vr: string, value: number): boolean {
  const range = integers[vr];
  return range === undefined || (Number.isInteger(value) && value >= range.min && value <= range.max);
}

/** As many of the words as the value representation has room for. */
function joined(words: readonly string[], lengthMax: number): string {
  return words.reduce((text, word) => {
    const longer = text === '' ? word : `${text} ${word}`;
    return longer.length <= lengthMax ? longer : text;
  }, '');
}
