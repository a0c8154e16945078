import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DicomSeries } from '@hepastage/imaging';
import { Sequence } from '@hepastage/proto';
import { sharedNumbers, volumeNames } from './volume-names.ts';

test('a lone series is named by its number', () => {
  assert.deepEqual(names([series(8, 'a')]), ['008']);
  assert.deepEqual(names([series(1201, 'a'), series(0, 'b')]), ['1201', '000']);
});

test('the parts of one series are numbered', () => {
  assert.deepEqual(names([series(3, 'a', 1), series(3, 'a', 2)]), ['003-1', '003-2']);
});

test('series that share a number get letters, and it is told', () => {
  const given = [series(3, 'a', 1), series(3, 'a', 2), series(3, 'b'), series(4, 'c')];
  assert.deepEqual(names(given), ['003a-1', '003a-2', '003b', '004']);
  assert.deepEqual([...sharedNumbers(given)], [[3, ['a', 'b']]]);
});

test('no name begins with a dash, and no two are alike', () => {
  assert.deepEqual(names([series(-2, 'a'), series(2, 'b')]), ['minus-002', '002']);
  const many = names(Array.from({ length: 800 }, (_, n) => series(1, `uid ${n}`)));
  assert.equal(new Set(many).size, 800);
  assert.deepEqual([many[25], many[26], many[27], many[702]], ['001z', '001aa', '001ab', '001aaa']);
});

function names(given: readonly DicomSeries[]): string[] {
  return [...volumeNames(given).values()];
}

function series(seriesNumber: number, seriesInstanceUid: string, part = 1): DicomSeries {
  const sequence = Sequence.SEQUENCE_UNSPECIFIED;
  return { seriesInstanceUid, seriesNumber, part, partName: '', words: [], sequence, images: [] };
}
