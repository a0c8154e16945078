import { brain, spine } from './elsewhere.ts';
import { canon } from './canon.ts';
import { enhanced } from './enhanced.ts';
import { ge } from './ge.ts';
import { philips } from './philips.ts';
import { siemens } from './siemens.ts';
import { uncommon } from './uncommon.ts';
import { wordsOnly } from './words-alone.ts';
import type { Protocol } from './protocol.ts';

/** Examinations as scanners of several makers send them, and what must become of each series. */
export const protocols: readonly Protocol[] = [
  siemens,
  ge,
  philips,
  canon,
  enhanced,
  brain,
  spine,
  wordsOnly,
  uncommon,
];
