/** The header's length must be a multiple of this, so that the data is aligned. */
const alignment = 64;
/** `\x93NUMPY`, version 1.0, and the two bytes of the header's length. */
const preambleBytes = 10;

/** Float32 values as a NumPy file (format version 1.0, C order). */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Uint8Array {
  const fields = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const headerBytes = Math.ceil((preambleBytes + fields.length + 1) / alignment) * alignment;
  const file = new Uint8Array(headerBytes + values.byteLength);
  file.set([0x93, ...Buffer.from('NUMPY'), 1, 0]);
  new DataView(file.buffer).setUint16(8, headerBytes - preambleBytes, true);
  file.set(Buffer.from(`${fields.padEnd(headerBytes - preambleBytes - 1)}\n`, 'latin1'), preambleBytes);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), headerBytes);
  return file;
}
