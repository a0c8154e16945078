import type { StoredPixels } from './stored-pixels.ts';

/** Where in its allocated bits a value lies. */
export interface BitField {
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
}

/**
 * Reduces each cell to the value stored in it (DICOM PS3.5, 8.1.1): bits above High Bit (old overlays, garbage) and below the value go, the sign is
 * extended. Cells that hold nothing else already, as nearly always, are returned as they are; others are changed in place only if `mayOverwrite`.
 */
export function settleBits(
  cells: StoredPixels,
  { bitsStored, highBit, signed }: BitField,
  mayOverwrite: boolean,
): StoredPixels {
  const cellBits = 8 * cells.BYTES_PER_ELEMENT;
  if (bitsStored === cellBits) return cells;
  // Nearly all images pass this check, which is much faster than the general one.
  if (!signed && highBit === bitsStored - 1 && !exceeds(cells, bitsStored)) return cells;
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  let changed = 0;
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n]!;
    changed |= cell ^ (signed ? (cell << left) >> right : (cell << left) >>> right);
  }
  if (changed === 0) return cells;
  const settled = mayOverwrite ? cells : cells.slice();
  if (signed) for (let n = 0; n < settled.length; n++) settled[n] = (settled[n]! << left) >> right;
  else for (let n = 0; n < settled.length; n++) settled[n] = (settled[n]! << left) >>> right;
  return settled;
}

/** Whether any cell, none of them signed, has a bit beyond the lowest ones. */
function exceeds(cells: StoredPixels, bits: number): boolean {
  let all = 0;
  for (let n = 0; n < cells.length; n++) all |= cells[n]!;
  return all >>> bits !== 0;
}
