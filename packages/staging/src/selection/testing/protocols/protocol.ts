import type { SeriesDraft } from '../study-builder.ts';

/** A series of a protocol, and the rule that must decide of it. */
export type Expected = SeriesDraft & { readonly expect: string };

export interface Protocol {
  readonly name: string;
  readonly series: readonly Expected[];
  /** Numbers of the series to be staged; undefined for none. */
  readonly t1w: number | undefined;
  readonly t2w: number | undefined;
}

/** Grid of a 2-D T2W series of a liver. */
export const thick = { slices: 36, step: 7.2, matrix: 512, fov: 400, dims: 2 } as const;
