import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode, Sequence, SeriesReport_Role } from '@hepastage/proto';
import { assess } from './evaluate.ts';
import { selectSeries } from './select-series.ts';
import { protocols } from './testing/protocols/index.ts';
import type { Protocol } from './testing/protocols/protocol.ts';
import { broken, chosenOf, failure, reportOf, select, tse, vibe } from './testing/selecting.ts';
import { type SeriesDraft, stackOf } from './testing/study-builder.ts';

/** What each series of the protocol came out as, and must. */
function assertDecided({ series, t1w, t2w }: Protocol): void {
  const stacks = series.map(stackOf);
  if (t1w === undefined && t2w === undefined) {
    const error = failure(() => selectSeries(stacks, undefined));
    assert.equal(error.code, ErrorCode.NO_SUITABLE_SERIES);
    const found = assess(stacks).map(({ stack, decision }) => [stack.series.seriesNumber, decision.rule]);
    assert.deepEqual(
      found,
      series.map(({ number, expect }) => [number, expect]),
    );
    return;
  }
  const { chosen, reports } = selectSeries(stacks, undefined);
  const found = reports.map(({ seriesNumber, part, rule }) => [seriesNumber, part, rule]);
  assert.deepEqual(
    found,
    series.map(({ number, part = 1, expect }) => [number, part, expect]),
  );
  assert.equal(chosen.get(Sequence.T1W)?.series.seriesNumber, t1w);
  assert.equal(chosen.get(Sequence.T2W)?.series.seriesNumber, t2w);
}

describe('protocols', () => {
  for (const protocol of protocols) test(protocol.name, () => assertDecided(protocol));
});

describe('physics before words', () => {
  test('a timing of T1W is believed against the word T2, and the report says so', () => {
    const { rule, role, findings } = reportOf([{ ...vibe, words: 'T2' }], 1);
    assert.equal(role, SeriesReport_Role.T1W);
    assert.equal(rule, 'T1_SPOILED_GRADIENT_ECHO');
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['WORDS_CONTRADICT_PHYSICS'],
    );
  });

  test('a protocol named after its diffusion or MRCP does not hide its T2W', () => {
    assert.equal(reportOf([{ ...tse, words: 'MRCP' }], 1).role, SeriesReport_Role.T2W);
    assert.equal(reportOf([{ ...tse, words: 'DIFFUSION' }], 1).findings[0]?.code, 'WORDS_CONTRADICT_PHYSICS');
  });

  test('times of 0 are not stated: words decide, with a warning', () => {
    const { role, findings, physics } = reportOf([{ words: 'T1', tr: 0, te: 0, fa: 0, ti: 0 }], 1);
    assert.equal(role, SeriesReport_Role.T1W);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['DECIDED_WITHOUT_PHYSICS'],
    );
    assert.equal(physics?.echoTimeMs, undefined);
  });

  test('timing outdoes words', () => {
    const drafts = [
      { words: 'T1 VIBE FAT_SUPPRESSED CONTRAST' },
      { number: 2, ...vibe, fs: true, agent: true },
    ];
    assert.equal(chosenOf(drafts).t1w, '2/1');
  });

  test('the private b-value of GE says nothing of a gradient echo, nor Philips’ 0 of a spin echo', () => {
    assert.deepEqual(
      chosenOf([
        { ...vibe, b: 800 },
        { ...tse, number: 2, b: 0 },
      ]),
      { t1w: '1/1', t2w: '2/1' },
    );
  });
});

const parts = (count: number): SeriesDraft[] =>
  Array.from({ length: count }, (_, index) => ({ ...vibe, part: index + 1, agent: true }));

test('equal parts of one series are time points, numbered or not', () => {
  assert.equal(chosenOf(parts(4)).t1w, '1/3', 'after the arterial phase');
  assert.equal(failure(() => select(parts(15))).code, ErrorCode.NO_SUITABLE_SERIES);
  assert.match(failure(() => select(parts(15))).message, /15 PERFUSION/);
});

describe('one of several', () => {
  test('a study with one sequence has one', () => {
    assert.deepEqual(chosenOf([{ ...vibe }]), { t1w: '1/1', t2w: undefined });
    assert.deepEqual(chosenOf([{ ...tse }]), { t1w: undefined, t2w: '1/1' });
  });

  test('a coronal series is staged where no axial one is', () => {
    assert.equal(chosenOf([{ ...vibe, plane: 'coronal' }]).t1w, '1/1');
    const drafts = [{ ...vibe, plane: 'coronal', agent: true, fs: true } as const, { ...vibe, number: 2 }];
    assert.equal(chosenOf(drafts).t1w, '2/1');
    assert.equal(reportOf(drafts, 1).rule, 'NOT_AXIAL');
  });

  test('equal ones are told apart by coverage, then slices, then number', () => {
    assert.equal(
      chosenOf([
        { ...vibe, slices: 40 },
        { ...vibe, number: 2, slices: 50 },
      ]).t1w,
      '2/1',
    );
    assert.equal(
      chosenOf([
        { ...vibe, slices: 40 },
        { ...vibe, number: 2, slices: 80, step: 2 },
      ]).t1w,
      '2/1',
    );
    assert.equal(
      chosenOf([
        { ...vibe, number: 3 },
        { ...vibe, number: 2 },
      ]).t1w,
      '2/1',
    );
  });

  test('the report says what the staged one has before the other', () => {
    const drafts = [{ ...vibe }, { ...vibe, number: 2, words: 'VENOUS', agent: true }];
    assert.equal(
      reportOf(drafts, 1).reason,
      'Is T1W too, but series 2 is preferred: portal venous phase, after contrast.',
    );
  });

  test('Dixon water is a T1W, however derived', () => {
    const water = { ...vibe, words: 'CHEMICAL_SHIFT WATER', type: 'DERIVED\\PRIMARY\\DIXON\\WATER' };
    const echoes = ['OPP_PHASE', 'IN_PHASE'].map((phase, index) => ({
      ...vibe,
      number: index + 2,
      te: 1.3 * (index + 1),
      type: `DERIVED\\PRIMARY\\DIXON\\${phase}`,
    }));
    assert.equal(chosenOf([...echoes, water]).t1w, '1/1');
  });
});

test('NO_SUITABLE_SERIES counts what was there', () => {
  const drafts = [
    { ...vibe, words: 'LOCALIZER' },
    { ...vibe, number: 2, words: 'LOCALIZER' },
    { ...vibe, number: 3, findings: broken },
  ];
  assert.match(
    failure(() => select(drafts)).message,
    /received 2 LOCALIZER, 1 NO_VOLUME \(TILTED_SLICES\)\)/,
  );
  assert.match(failure(() => select([])).message, /received no series/);
});

test('a report tells physics, geometry, words and findings', () => {
  const finding = { code: 'OVERLAY_REMOVED', severity: 'INFO', message: 'x', value: 2 } as const;
  const report = reportOf([{ ...vibe, words: 'T1 VIBE', so: 'FS', agent: true, findings: [finding] }], 1);
  assert.equal(report.physics?.repetitionTimeMs, 4.3);
  assert.equal(report.physics?.fatSuppressed, true);
  assert.equal(report.physics?.inversionTimeMs, undefined);
  assert.deepEqual(report.geometry?.dims, [320, 320, 60]);
  assert.deepEqual([report.instances, report.frames, report.part], [60, 60, 1]);
  assert.deepEqual(report.words, ['T1', 'VIBE']);
  assert.deepEqual(
    report.findings.map(({ code, sequence, value }) => [code, sequence, value]),
    [['OVERLAY_REMOVED', Sequence.T1W, 2]],
  );
});
