import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMediaType } from './media-type.ts';

test('a media type is read with its parameters, whatever blanks stand between them', () => {
  const type = parseMediaType(`Multipart/Related;${' '.repeat(900)}type="application/dicom" ; boundary=x`);
  assert.equal(type?.essence, 'multipart/related');
  assert.deepEqual(
    [...type.params],
    [
      ['type', 'application/dicom'],
      ['boundary', 'x'],
    ],
  );
});

test('none is read in what is none, or far too long for one', () => {
  assert.equal(parseMediaType('text'), undefined);
  assert.equal(parseMediaType(`text/plain;a=${'b'.repeat(3_000)}`), undefined);
});

test('the headers of 10,000 parts that are all blanks hold nobody up', () => {
  const text = `application/dicom;a=${' '.repeat(2_000)}x`;
  const begun = performance.now();
  for (let n = 0; n < 10_000; n++) parseMediaType(text);
  // Some 0.1 s; by the square of the blanks, half a minute.
  assert.ok(performance.now() - begun < 5_000);
});
