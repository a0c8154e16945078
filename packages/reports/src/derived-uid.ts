import { createHash } from 'node:crypto';

/**
 * A UID that is always the same for the same parts: a UUID of version 8 (RFC 9562, 5.8), made of the first 16 bytes of their SHA-256, under the root that DICOM
 * keeps for UUIDs (PS3.5, B.2). At most 44 characters.
 */
export function derivedUid(...parts: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}
