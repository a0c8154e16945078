import assert from 'node:assert/strict';
import { test } from 'node:test';
import dicomParser from 'dicom-parser';
import { reportHeader } from '../report-header.ts';
import { testReportInput } from '../testing/report-input.ts';
import { testEvidence, testPicture } from '../testing/test-volume.ts';
import { evidenceObject } from './images/evidence-object.ts';
import { keySliceCapture } from './images/key-slice-capture.ts';
import { stagingSr } from './sr/staging-sr.ts';

const input = testReportInput();
const header = reportHeader(input);
const objects = {
  sr: stagingSr(input),
  map: evidenceObject(header, testEvidence())!,
  capture: keySliceCapture(header, testPicture()),
} as const;

test('a job that runs again writes the same bytes', () => {
  assert.deepEqual(stagingSr(testReportInput()), objects.sr);
  assert.deepEqual(evidenceObject(reportHeader(testReportInput()), testEvidence()), objects.map);
  assert.deepEqual(keySliceCapture(reportHeader(testReportInput()), testPicture()), objects.capture);
});

test('dicom-parser reads one study, three series, three objects, nobody', () => {
  const sets = Object.values(objects).map((bytes) => dicomParser.parseDicom(bytes));
  const distinct = (tag: string) => new Set(sets.map((set) => set.string(tag)));
  assert.deepEqual([...distinct('x0020000d')], [input.study?.studyInstanceUid]);
  assert.equal(distinct('x0020000e').size, 3);
  assert.equal(distinct('x00080018').size, 3);
  assert.deepEqual([...distinct('x00020010')], ['1.2.840.10008.1.2.1']);
  assert.deepEqual([...distinct('x00100010')], ['ANONYMOUS^']);
  assert.deepEqual([...distinct('x00120062')], ['YES']);
  for (const set of sets) {
    assert.equal(set.string('x00080018'), set.string('x00020003'));
    assert.equal(set.string('x00080016'), set.string('x00020002'));
    // Birth date, sex, study date, referring physician: there, and empty.
    for (const tag of ['x00100030', 'x00100040', 'x00080020', 'x00080090'])
      assert.equal(set.elements[tag]?.length, 0);
  }
});

test('a header that went to another thread writes the same', () => {
  assert.deepEqual(evidenceObject(structuredClone(header), testEvidence()), objects.map);
});

test('a result without its time or its model can’t be reported', () => {
  const { createdAt: _, ...timeless } = input.result;
  assert.throws(() => reportHeader({ ...input, result: timeless }), RangeError);
  assert.throws(() => reportHeader({ ...input, result: { ...input.result, model: undefined } }), RangeError);
});

test('an odd number of pixel bytes is padded', () => {
  const set = dicomParser.parseDicom(objects.capture);
  assert.equal(set.elements['x7fe00010']?.length, 46);
  assert.equal(objects.capture.length % 2, 0);
});

test('a sequence’s objects differ from the other’s', () => {
  assert.notEqual(uidOf(evidenceObject(header, testEvidence(2))!), uidOf(objects.map));
  assert.notEqual(uidOf(keySliceCapture(header, testPicture(2))), uidOf(objects.capture));
});

test('a stage whose label is longer than a code value is still coded', () => {
  const { result } = input;
  const stage = 'a-stage-with-a-long-label';
  const renamed = { ...input, result: { ...result, stage } };
  const text = Buffer.from(stagingSr(renamed)).toString('latin1');
  // Long Code Value (0008,0119), UC.
  assert.match(text, new RegExp(`\\x08\\x00\\x19\\x01UC\\0\\0..\\0\\0${stage}`, 's'));
});

test('pixels that don’t fit their size are refused', () => {
  const evidence = testEvidence();
  assert.throws(() => evidenceObject(header, { ...evidence, heat: evidence.heat.subarray(1) }), RangeError);
  assert.throws(() => keySliceCapture(header, { ...testPicture(), rows: 4 }), RangeError);
  assert.throws(() => keySliceCapture(header, { ...testPicture(), rows: 70_000, columns: 0 }), RangeError);
});

test('a map whose images are not one for each slice names none', () => {
  const map = evidenceObject(reportHeader(testReportInput({ slices: 3 })), testEvidence())!;
  assert.equal(dicomParser.parseDicom(map).elements['x00081115'], undefined);
  assert.notEqual(dicomParser.parseDicom(objects.map).elements['x00081115'], undefined);
});

test('without any evidence there is no map', () => {
  const { sequence, heat, geometry } = testEvidence();
  assert.equal(evidenceObject(header, { sequence, heat: heat.map(() => 0), geometry }), undefined);
});

function uidOf(bytes: Uint8Array): string | undefined {
  return dicomParser.parseDicom(bytes).string('x00080018');
}
