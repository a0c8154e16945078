import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assess, preferencesMet } from './evaluate.ts';
import { doubts, preferences } from './preferences.ts';
import { decisions } from './rules.ts';
import { protocols } from './testing/protocols/index.ts';
import { tse, vibe } from './testing/selecting.ts';
import { stackOf } from './testing/study-builder.ts';

describe('the tables', () => {
  const all = [
    ...protocols.map(({ series }) => series),
    [
      { ...vibe, samplesPerPixel: 3 },
      { ...vibe, words: 'SPIN_ECHO ELASTOGRAPHY', te: 12 },
    ],
    // Preferences and doubts that no protocol has.
    [
      { ...vibe, words: 'T2' },
      { ...tse, words: 'T1' },
      { ...vibe, number: 2, words: 'DIFFUSION', contrast: 'T2' },
      { ...tse, number: 3, words: 'ELASTOGRAPHY', contrast: 'T1' },
      { ...vibe, number: 4, slices: 20 },
    ],
  ];
  const assessed = all.flatMap((series) => assess(series.map(stackOf)));

  test('every rule decides of a series', () => {
    const hit = new Set(assessed.map(({ decision }) => decision));
    assert.deepEqual(
      decisions.filter((row) => !hit.has(row)).map(({ rule, by }) => `${rule} ${by}`),
      [],
    );
  });

  test('every preference and every doubt holds of a candidate', () => {
    const candidates = assessed.flatMap(({ facts, decision: { decides } }) =>
      decides === 'REJECT' ? [] : [{ facts, decides }],
    );
    const met = new Set(candidates.flatMap(({ facts, decides }) => preferencesMet(facts, decides)));
    assert.deepEqual(
      preferences.filter((row) => !met.has(row)).map(({ preference }) => preference),
      [],
    );
    const doubted = new Set(
      doubts.filter(({ sequence, when }) =>
        candidates.some(({ facts, decides }) => decides === sequence && when(facts)),
      ),
    );
    assert.deepEqual(
      doubts.filter((row) => !doubted.has(row)).map(({ code, sequence }) => `${code} ${sequence}`),
      [],
    );
  });

  test('rejections stand before decisions, and the last row holds of everything', () => {
    const kinds = decisions.slice(0, -1).map(({ decides }) => decides === 'REJECT');
    assert.equal(kinds.lastIndexOf(true), kinds.indexOf(false) - 1);
    assert.equal(decisions.at(-1)?.rule, 'UNRECOGNISED');
  });
});
