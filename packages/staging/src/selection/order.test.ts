import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode, HepastageError, SeriesReport_Role } from '@hepastage/proto';
import { selectSeries } from './select-series.ts';
import { protocols } from './testing/protocols/index.ts';
import { type SeriesDraft, stackOf } from './testing/study-builder.ts';

test('the order in which series arrive changes nothing', () => {
  const random = seeded(7);
  for (const { series } of protocols) {
    const stacks = series.map(stackOf);
    const answer = (shuffled: typeof stacks): unknown => {
      try {
        const { chosen, reports } = selectSeries(shuffled, undefined);
        return {
          chosen: [...chosen].map(
            ([
              sequence,
              {
                series: { seriesInstanceUid, part },
              },
            ]) => [sequence, seriesInstanceUid, part],
          ),
          reports,
        };
      } catch (error) {
        return (error as Error).message;
      }
    };
    const expected = answer(stacks);
    for (let round = 0; round < 10; round++) {
      const shuffled = stacks
        .map((stack) => ({ stack, key: random() }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ stack }) => stack);
      assert.deepEqual(answer(shuffled), expected);
    }
  }
});

test('any study of random physics, words and types is answered, and not by its order', () => {
  const random = seeded(11);
  const one = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const maybe = (key: keyof SeriesDraft, values: readonly (string | number)[]): SeriesDraft =>
    random() < 0.6 ? { [key]: one(values) } : {};
  for (let round = 0; round < 150; round++) {
    const drafts = Array.from({ length: 1 + Math.floor(random() * 8) }, (_, index): SeriesDraft => ({
      number: one([1, 2, 3]),
      uid: `2.25.${one([1, 2, 3, 4])}`,
      part: index + 1,
      slices: one([3, 30]),
      ...maybe('words', ['T1 VIBE', 'T2', 'DIFFUSION T2', 'LOCALIZER', 'T1 IN_PHASE', 'T1 VENOUS']),
      ...maybe('tr', [0, 4, 150, 600, 4000]),
      ...maybe('te', [0, 1.9, 4.6, 85, 700]),
      ...maybe('fa', [3, 10, 70, 150]),
      ...maybe('ti', [0, 160, 900, 2500]),
      ...maybe('ss', ['GR', 'SE', 'EP\\SE', 'RM', 'SE\\IR']),
      ...maybe('plane', ['axial', 'coronal']),
      ...maybe('type', ['DERIVED\\PRIMARY', 'ORIGINAL\\PRIMARY\\W', 'DERIVED\\PRIMARY\\M\\NORM']),
    }));
    const outcome = (stacks: readonly ReturnType<typeof stackOf>[]): unknown => {
      try {
        const { chosen, reports } = selectSeries(stacks, undefined);
        assert.equal(reports.length, drafts.length);
        assert.equal(
          reports.filter(({ role }) => role !== SeriesReport_Role.PASSED_OVER).length,
          chosen.size,
        );
        assert.ok(reports.every(({ rule, reason }) => rule !== '' && reason !== ''));
        return reports;
      } catch (error) {
        assert.ok(
          error instanceof HepastageError && error.code === ErrorCode.NO_SUITABLE_SERIES,
          String(error),
        );
        return error.message;
      }
    };
    const stacks = drafts.map(stackOf);
    assert.deepEqual(outcome(stacks.toReversed()), outcome(stacks));
  }
});

/** Numbers in [0, 1) that look random: the same ones for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
