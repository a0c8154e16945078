/** A Siemens mosaic: the slices of one volume side by side in one square image, row by row from its upper left corner. */
export interface MosaicLayout {
  readonly tiles: number;
  /** Tiles along either edge; the last ones may be empty. */
  readonly perSide: number;
  /** Of one tile, pixels. */
  readonly columns: number;
  readonly rows: number;
}

/** Undefined where the image can't be cut into so many tiles of one size. */
export function mosaicLayout(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  tiles: number,
): MosaicLayout | undefined {
  const perSide = Math.ceil(Math.sqrt(tiles));
  if (tiles < 1 || rows % perSide !== 0 || columns % perSide !== 0) return undefined;
  return { tiles, perSide, columns: columns / perSide, rows: rows / perSide };
}

/**
 * How far the first pixel of a tile lies from the position that the file states, in pixels along row and column: Siemens states the corner that an
 * image of the mosaic's size would have around the slice's centre.
 */
export function tileOffset({ perSide, columns, rows }: MosaicLayout): readonly [number, number] {
  return [((perSide - 1) * columns) / 2, ((perSide - 1) * rows) / 2];
}

/** The pixels of each tile. */
export function untile<
  T extends { slice(): T; subarray(from: number, to: number): T; set(from: T, at: number): void },
>(mosaic: T, { tiles, perSide, columns, rows }: MosaicLayout): T[] {
  const width = perSide * columns;
  return Array.from({ length: tiles }, (_, tile) => {
    const corner = Math.floor(tile / perSide) * rows * width + (tile % perSide) * columns;
    const pixels = mosaic.subarray(0, rows * columns).slice();
    for (let row = 0; row < rows; row++) {
      const from = corner + row * width;
      pixels.set(mosaic.subarray(from, from + columns), row * columns);
    }
    return pixels;
  });
}
