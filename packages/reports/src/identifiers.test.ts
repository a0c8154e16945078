import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReportIdentifiers } from '@hepastage/proto';
import { type Identifiers, identifiersOf } from './identifiers.ts';
import { testReportInput } from './testing/report-input.ts';

const hashed = identifiersOf(testReportInput());
const withReference = (externalReference: string): Identifiers =>
  identifiersOf(
    testReportInput({ externalReference, reportIdentifiers: ReportIdentifiers.EXTERNAL_REFERENCE }),
  );

test('unless the request says otherwise, nothing but a hash of the study stands for it', () => {
  assert.match(hashed.patientId, /^HEPASTAGE-[\dA-F]{16}$/);
  assert.deepEqual(
    { ...hashed, patientId: '' },
    { patientId: '', accessionNumber: '', patientComments: '', externalReference: undefined },
  );
  const externalReference = 'A-4711';
  for (const reportIdentifiers of [
    ReportIdentifiers.HASHED,
    ReportIdentifiers.REPORT_IDENTIFIERS_UNSPECIFIED,
  ]) {
    assert.deepEqual(identifiersOf(testReportInput({ externalReference, reportIdentifiers })), hashed);
  }
  assert.notEqual(identifiersOf(testReportInput({ dicom: false })).patientId, hashed.patientId);
});

test('a reference goes into every identifier that can hold it, never cut', () => {
  const of = (reference: string) => {
    const { patientId, accessionNumber, patientComments } = withReference(reference);
    return [patientId, accessionNumber, patientComments].map((text) =>
      text === reference ? 'reference' : text === hashed.patientId ? 'hash' : text,
    );
  };
  assert.deepEqual(of('x'.repeat(16)), ['reference', 'reference', '']);
  assert.deepEqual(of('x'.repeat(17)), ['reference', '', '']);
  assert.deepEqual(of('é'.repeat(64)), ['reference', '', '']);
  assert.deepEqual(of('x'.repeat(65)), ['hash', '', 'reference']);
  assert.deepEqual(of('two\\values'), ['hash', '', 'reference']);
  assert.deepEqual(of('two\nlines'), ['hash', '', 'two lines']);
  assert.equal(withReference('two\nlines').externalReference, 'two\nlines');
});

test('an empty reference stands for nothing', () => {
  assert.deepEqual(withReference(''), hashed);
  assert.deepEqual(withReference(' '), hashed);
});
