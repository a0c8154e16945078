import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeNpy } from './npy.ts';

test('the file is laid out as the NumPy format describes', () => {
  const values = Float32Array.from({ length: 24 }, (_, n) => n / 7);
  const file = Buffer.from(encodeNpy(values, [2, 3, 4]));
  assert.equal(file.toString('latin1', 0, 6), '\x93NUMPY');
  assert.deepEqual([file[6], file[7]], [1, 0]);
  const headerBytes = 10 + file.readUInt16LE(8);
  assert.equal(headerBytes % 64, 0);
  assert.match(
    file.toString('latin1', 10, headerBytes),
    /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3, 4,\), \} *\n$/,
  );
  const stored = new Uint8Array(file.subarray(headerBytes));
  assert.deepEqual(new Float32Array(stored.buffer), values);
});
