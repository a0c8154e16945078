/** A view that is smaller than this may lie in a buffer that Node shares among many, which must not be given away, bytes. */
const sharedPoolBytes = 1 << 16;

/** The buffers of every large view within `value`: what may be transferred between threads instead of copied. */
export function ownBuffers(value: unknown): ArrayBuffer[] {
  return [...new Set(buffersWithin(value))];
}

function buffersWithin(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength } = value;
    return buffer instanceof ArrayBuffer && byteLength > sharedPoolBytes ? [buffer] : [];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersWithin) : [];
}
