import type { Volume } from '../volume.ts';
import type { Field } from './field.ts';
import type { NativePlanes } from './planes.ts';
import type { IntensityScale } from './slice-stack.ts';

/** What a sampler needs to know. */
export interface Sampling {
  readonly volume: Volume;
  readonly planes: NativePlanes;
  readonly field: Field;
  /** Samples per pixel along each side. */
  readonly perSide: number;
  readonly scale: IntensityScale;
}

/** Writes the kept pixels of a native plane (by its index in ascending z) into `out`, `[H,W]`. Other pixels are left as they are. */
export type PlaneSampler = (plane: number, out: Float32Array) => void;
