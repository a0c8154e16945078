import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelsOf } from './levels.ts';
import { type Measure, measures, type Reading } from './readings.ts';

const names = Object.keys(measures) as Measure[];

/** Readings every 100 studies, in which one measure goes its own way. */
function readings(count: number, measure: Measure, value: (studies: number) => number): Reading[] {
  return Array.from({ length: count }, (_, i) => {
    const studies = 100 * (i + 1);
    const flat = Object.fromEntries(names.map((name) => [name, 50])) as Record<Measure, number>;
    return { ...flat, studies, [measure]: value(studies) };
  });
}

const unlevel = (of: readonly Reading[]) => levelsOf(of).filter(({ isLevel }) => !isLevel).map(({ measure }) => measure); // prettier-ignore

test('what rises for ever is found, by how much it rises for a thousand studies', () => {
  const rising = readings(30, 'Redis keys', (studies) => studies / 10);
  assert.deepEqual(unlevel(rising), ['Redis keys']);
  assert.equal(levelsOf(rising).find(({ measure }) => measure === 'Redis keys')?.perThousand, 100);
});

test('what rises at first and then stays is level', () => {
  assert.deepEqual(unlevel(readings(30, 'API resident, MiB', (studies) => Math.min(studies, 900))), []);
});

test('one reading before a heap is collected changes nothing', () => {
  assert.deepEqual(unlevel(readings(30, 'API heap, MiB', (studies) => (studies === 2_700 ? 500 : 50))), []);
});

test('what falls is level, and so is what grows by design', () => {
  assert.deepEqual(unlevel(readings(12, 'API descriptors', (studies) => -studies)), []);
  assert.deepEqual(unlevel(readings(12, 'audit objects', (studies) => studies)), []);
});

test('a few readings have no thirds', () => {
  assert.throws(() => levelsOf(readings(5, 'objects', () => 1)), RangeError);
});
