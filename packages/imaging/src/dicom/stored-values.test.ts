import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { type PixelFormat, PixelFormatSchema } from '@hepastage/proto';
import { replacePadding, turnOver, voxelArrayFor } from './stored-values.ts';

const asStored = { slope: 1, intercept: 0 };

describe('padding', () => {
  test('a value far below becomes the darkest of the others', () => {
    const stored = Int16Array.of(-32_768, 40, -3, 900);
    replacePadding(stored, format({ signed: true, paddingValue: -32_768 }), asStored);
    assert.deepEqual(stored, Int16Array.of(-3, 40, -3, 900));
  });

  test('a range, whichever end is named first', () => {
    for (const ends of [
      { paddingValue: 4000, paddingRangeLimit: 4095 },
      { paddingValue: 4095, paddingRangeLimit: 4000 },
    ]) {
      const stored = Uint16Array.of(4000, 4050, 4095, 3999, 7);
      replacePadding(stored, format(ends), asStored);
      assert.deepEqual(stored, Uint16Array.of(7, 7, 7, 3999, 7));
    }
  });

  test('0 is no signal already', () => {
    const stored = Uint16Array.of(0, 5, 9);
    replacePadding(stored, format({ paddingValue: 0 }), asStored);
    assert.deepEqual(stored, Uint16Array.of(0, 5, 9));
  });

  test('0 that stands for −10 is not', () => {
    const stored = Uint16Array.of(0, 5, 9);
    replacePadding(stored, format({ paddingValue: 0 }), { slope: 1, intercept: -10 });
    assert.deepEqual(stored, Uint16Array.of(5, 5, 9));
  });

  test('the darkest is the largest where the slope is negative or white is 0', () => {
    const negative = Uint16Array.of(4095, 5, 9);
    replacePadding(negative, format({ paddingValue: 4095 }), { slope: -1, intercept: 0 });
    assert.deepEqual(negative, Uint16Array.of(9, 5, 9));
    const inverted = Uint16Array.of(0, 5, 9);
    replacePadding(inverted, format({ paddingValue: 0, photometricInterpretation: 'MONOCHROME1' }), asStored);
    assert.deepEqual(inverted, Uint16Array.of(9, 5, 9));
  });

  test('a slice of nothing but padding stays', () => {
    const stored = Uint16Array.of(7, 7);
    replacePadding(stored, format({ paddingValue: 7 }), asStored);
    assert.deepEqual(stored, Uint16Array.of(7, 7));
  });

  test('without a padding value nothing is padding', () => {
    const stored = Uint16Array.of(0, 65_535);
    replacePadding(stored, format({}), { slope: 1, intercept: -5 });
    assert.deepEqual(stored, Uint16Array.of(0, 65_535));
  });
});

test('MONOCHROME1 is turned over within its stored bits', () => {
  const white = 'MONOCHROME1';
  const unsigned = Uint16Array.of(0, 1, 4095);
  turnOver(unsigned, format({ bitsStored: 12, photometricInterpretation: white }));
  assert.deepEqual(unsigned, Uint16Array.of(4095, 4094, 0));
  const signed = Int16Array.of(-2048, 0, 2047);
  turnOver(signed, format({ bitsStored: 12, signed: true, photometricInterpretation: white }));
  assert.deepEqual(signed, Int16Array.of(2047, -1, -2048));
  const usual = Uint16Array.of(3);
  turnOver(usual, format({}));
  assert.deepEqual(usual, Uint16Array.of(3));
});

test('every format has the smallest array that holds it', () => {
  const arrays = [8, 12, 16, 32].flatMap((bitsAllocated) =>
    [false, true].map((signed) => voxelArrayFor(format({ bitsAllocated, signed }))),
  );
  assert.deepEqual(arrays, [Uint8Array, Int8Array, Uint16Array, Int16Array, Uint16Array, Int16Array, Uint32Array, Int32Array]); // prettier-ignore
});

function format(init: Partial<Omit<PixelFormat, '$typeName' | '$unknown'>>): PixelFormat {
  return create(PixelFormatSchema, {
    bitsAllocated: 16,
    bitsStored: 16,
    photometricInterpretation: 'MONOCHROME2',
    ...init,
  });
}
