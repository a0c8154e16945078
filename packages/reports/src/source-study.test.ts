import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { DicomInstanceSchema, Sequence } from '@hepastage/proto';
import { sourceStudyOf } from './source-study.ts';

const instance = (sopInstanceUid: string, frameOfReferenceUid: string) =>
  create(DicomInstanceSchema, {
    studyInstanceUid: '2.25.1',
    seriesInstanceUid: '2.25.2',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.4.1',
    sopInstanceUid,
    frameOfReferenceUid,
  });

test('images stay in the order of the slices, and frames count from 1', () => {
  const one = instance('2.25.3', '2.25.9');
  const chosen = new Map([
    [Sequence.T1W, { slices: [5, 0].map((index) => ({ instance: one, index })) }],
    [Sequence.T2W, { slices: [{ instance: instance('2.25.4', ''), index: 0 }] }],
  ]);
  const study = sourceStudyOf(chosen);
  assert.equal(study?.studyInstanceUid, '2.25.1');
  const t1w = study.sequences.get(Sequence.T1W);
  assert.equal(t1w?.frameOfReferenceUid, '2.25.9');
  assert.deepEqual(
    t1w.images.map(({ sopInstanceUid, seriesInstanceUid, frame }) => [
      sopInstanceUid,
      seriesInstanceUid,
      frame,
    ]),
    [
      ['2.25.3', '2.25.2', 6],
      ['2.25.3', '2.25.2', 1],
    ],
  );
  assert.equal(study.sequences.get(Sequence.T2W)?.frameOfReferenceUid, '');
});

test('a NIfTI study has no DICOM source', () => {
  assert.equal(sourceStudyOf(new Map()), undefined);
});
