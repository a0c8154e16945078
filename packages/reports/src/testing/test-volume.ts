import type { EvidenceVolume } from '../dicom/images/evidence-object.ts';
import type { KeySlicePicture } from '../dicom/images/key-slice-capture.ts';
import { Sequence } from '@hepastage/proto';

/** An oblique grid that is different along every axis, with heat that is nowhere the same; `coldSlices` below and above it have none. */
export function testEvidence(sequence: Sequence = Sequence.T1W, slices = 4, coldSlices = 0): EvidenceVolume {
  const dims = [5, 3, slices] as const;
  const heat = new Float32Array(15 * slices);
  const [first, end] = [15 * coldSlices, 15 * (slices - coldSlices)];
  for (let n = first; n < end; n++) heat[n] = (n - first) / (end - first - 1);
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  // Rotated about x by 0.3 rad; slices run downwards.
  const affine = [-1.5, 0, 0, 40, 0, -2 * c, 4 * s, 12.25, 0, -2 * s, -4 * c, -70.125, 0, 0, 0, 1];
  return { sequence, heat, geometry: { affine, dims } };
}

/** Odd in bytes: 3 × 5 pixels of three bytes. */
export function testPicture(sequence: Sequence = Sequence.T1W): KeySlicePicture {
  return { sequence, rows: 3, columns: 5, rgb: Uint8Array.from({ length: 45 }, (_, n) => (n * 37) % 256) };
}
