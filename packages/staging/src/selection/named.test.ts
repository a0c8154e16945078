import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ErrorCode, Sequence, SeriesReport_Role } from '@hepastage/proto';
import { broken, chosenOf, failure, reportOf, select, tse, vibe } from './testing/selecting.ts';
import type { SeriesDraft } from './testing/study-builder.ts';

describe('named by the sender', () => {
  test('a named series is staged whatever its words and physics say, with a warning', () => {
    const { role, rule, findings } = reportOf([{ ...tse, words: 'LOCALIZER', named: Sequence.T1W }], 1);
    assert.deepEqual([role, rule], [SeriesReport_Role.T1W, 'NAMED_BY_SENDER']);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['SELECTION_DISAGREES'],
    );
  });

  test('of several the best by the same rules is staged', () => {
    const named = { named: Sequence.T1W };
    const drafts: SeriesDraft[] = [
      { ...vibe, ...named, words: 'LOCALIZER' },
      { ...tse, ...named, number: 2 },
      { ...vibe, ...named, number: 3, words: 'VENOUS' },
      { ...vibe, ...named, number: 4 },
    ];
    assert.equal(chosenOf(drafts).t1w, '3/1');
    assert.equal(reportOf(drafts, 4).rule, 'OTHER_PREFERRED');
  });

  test('a phase image or an unusable stack is not, and the other sequence is not staged without it', () => {
    const drafts: SeriesDraft[] = [
      { ...vibe, named: Sequence.T1W, component: 'PHASE' },
      { ...vibe, number: 2, named: Sequence.T1W, findings: broken },
      { ...tse, number: 3, named: Sequence.T2W },
    ];
    const { code, details } = failure(() => select(drafts));
    assert.deepEqual([code, details.where], [ErrorCode.TILTED_SLICES, 't1w']);
    const phaseOnly = [drafts[0]!, drafts[2]!];
    assert.equal(failure(() => select(phaseOnly)).code, ErrorCode.NO_SUITABLE_SERIES);
    assert.match(failure(() => select(phaseOnly)).message, /1 COMPLEX_COMPONENT/);
  });

  test('what is named T1W is no candidate for T2W', () => {
    assert.deepEqual(chosenOf([{ ...tse, named: Sequence.T1W }]), { t1w: '1/1', t2w: undefined });
  });
});

describe('named by the request', () => {
  const drafts: SeriesDraft[] = [
    { ...vibe, uid: '2.25.77' },
    { ...vibe, number: 2, words: 'VENOUS' },
    { ...tse, number: 3 },
    { ...tse, number: 4, words: 'LOCALIZER' },
    { ...vibe, number: 5, part: 1, component: 'PHASE' },
    { ...vibe, number: 5, part: 2, component: 'MAGNITUDE' },
    { ...vibe, number: 6, findings: broken },
  ];

  test('by number or by UID, against all rules', () => {
    assert.deepEqual(chosenOf(drafts), { t1w: '2/1', t2w: '3/1' });
    assert.deepEqual(chosenOf(drafts, { t1w: '2.25.77', t2w: '4' }), { t1w: '1/1', t2w: '4/1' });
    const report = reportOf(drafts, 4, { t2w: '4' });
    assert.deepEqual([report.rule, report.findings[0]?.code], ['NAMED_BY_REQUEST', 'SELECTION_DISAGREES']);
    assert.equal(reportOf(drafts, 2, { t1w: '1' }).rule, 'OTHER_NAMED');
  });

  test('of several parts the best', () => assert.equal(chosenOf(drafts, { t1w: '5' }).t1w, '5/2'));

  test('a series taken for one sequence is not staged as the other', () => {
    assert.deepEqual(chosenOf([{ ...vibe }, { ...tse, number: 2 }], { t1w: '2' }), {
      t1w: '2/1',
      t2w: undefined,
    });
  });

  test('what is not there, or not usable, is SERIES_NOT_FOUND', () => {
    const missing = failure(() => select(drafts, { t2w: '2.25.4711' }));
    assert.equal(missing.code, ErrorCode.SERIES_NOT_FOUND);
    assert.equal(
      missing.message,
      'metadata, series.t2w: the study has no series that is named as T2W (expected one of the series numbers 1, 2, 3, 4, 5, 6); name another series, or none so that series are selected',
    );
    const unusable = failure(() => select(drafts, { t1w: '6' }));
    assert.equal(unusable.code, ErrorCode.SERIES_NOT_FOUND);
    assert.match(unusable.message, /can't be used, TILTED_SLICES: The slices are shifted \(/);
    assert.equal(failure(() => select(drafts, { t1w: '1', t2w: '1' })).code, ErrorCode.SERIES_NOT_FOUND);
  });
});
