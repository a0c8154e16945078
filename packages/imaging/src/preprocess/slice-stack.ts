/** Where the pixels of a slice stack lie in the patient (RAS, mm). Planes are axial: z is constant within one. */
export interface SliceGrid {
  /** z of each slice, inferior → superior, mm. */
  readonly zMm: readonly number[];
  /** Where each slice lies within the region (liver or body): 0 inferior end, 1 superior end. */
  readonly positions: readonly number[];
  /** x of column 0 (x decreases with the column: the patient's right is on the left), mm. */
  readonly xMm: number;
  /** y of row 0 (y decreases with the row: anterior is at the top), mm. */
  readonly yMm: number;
  /** Side of a pixel, mm. */
  readonly spacingMm: number;
  readonly height: number;
  readonly width: number;
  /** Distance of a slice to the planes in its channels 0 and 2, mm. */
  readonly sliceSpacingMm: number;
}

/** What the encoder reads of one volume. A plain object: it can be cloned or, by `tensor.buffer`, transferred. */
export interface SliceStack {
  /** `[S,3,H,W]`: z-scored intensities; channels are the plane below, the slice's own plane and the plane above. */
  readonly tensor: Float32Array;
  readonly shape: readonly [slices: number, channels: 3, height: number, width: number];
  readonly grid: SliceGrid;
  readonly region: 'liver_mask' | 'body';
  readonly intensity: IntensityScale;
}

/** Maps the value of a voxel to the model's intensity: `(clip(value, lower, upper) − mean) / std`. */
export interface IntensityScale {
  readonly lower: number;
  readonly upper: number;
  readonly mean: number;
  readonly std: number;
}
