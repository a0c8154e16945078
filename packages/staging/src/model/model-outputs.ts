/** What an encoder says of a stack of S slices; D token size, K stages, h × w the fused map's grid over the slice. */
export interface EncodedSlices {
  readonly slices: number;
  /** [S, D] */
  readonly tokens: Float32Array;
  /** Spatial attention [S, h, w]. */
  readonly attention: Float32Array;
  /** Class evidence [S, K, h, w]. */
  readonly evidence: Float32Array;
  readonly mapHeight: number;
  readonly mapWidth: number;
}

/** One sequence's tokens for the stager. */
export interface StagerInput {
  /** [S, D] */
  readonly tokens: Float32Array;
  /** Place of each slice within the region, 0 (inferior) to 1 [S]. */
  readonly positions: Float32Array;
}

/** The tokens of the sequences that a study has. */
export interface StagerStudy {
  readonly t1w?: StagerInput;
  readonly t2w?: StagerInput;
}

/** What the stager says of a study. Vectors of an absent sequence mean nothing. */
export interface StagerOpinion {
  /** Stage probabilities [K] of T1W alone, T2W alone, and all that is there. */
  readonly t1w: readonly number[];
  readonly t2w: readonly number[];
  readonly joint: readonly number[];
  /** Attention of the joint decision over slices [S], sums to 1. */
  readonly t1wSliceAttention: readonly number[];
  readonly t2wSliceAttention: readonly number[];
  /** Share of [T1W, T2W] in the joint decision, sums to 1. */
  readonly sequenceAttention: readonly number[];
  /** Distance of the tokens of [T1W, T2W] to those of the training studies: about 1 is usual, 0 an absent sequence. Undefined where the model measures none. */
  readonly distance: readonly number[] | undefined;
}
