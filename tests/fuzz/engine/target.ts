import type { Draw } from './draw.ts';

/** Changes an input, which it never writes to. `others` are inputs of the same target, to splice with. */
export type Mutator = (input: Uint8Array, draw: Draw, others: readonly Uint8Array[]) => Uint8Array;

/** Makes an input from scratch: sound, or broken in its structure. */
export type Seed = (draw: Draw) => Uint8Array;

/** A part of the service that takes bytes of strangers. */
export interface FuzzTarget {
  readonly name: string;
  /** How many of a run's cases it gets, relative to the other targets. */
  readonly weight: number;
  /** Most memory that one case may take beyond what the process had before it, bytes. */
  readonly caseBytesMax: number;
  /** Most memory of the process, bytes. */
  readonly processBytesMax: number;
  open(): Promise<OpenTarget>;
}

export interface OpenTarget extends AsyncDisposable {
  /** Small sound inputs. */
  readonly corpus: readonly Uint8Array[];
  /** Inputs that are made by the format's own rules, or against them. */
  readonly seeds?: readonly Seed[];
  /** Mutators that know the format. */
  readonly mutators: readonly Mutator[];
  /**
   * Gives the input to the code under test. Returns what became of it: `accepted`, or the code of its refusal. May throw the refusal instead; any other
   * error is a finding.
   */
  run(input: Uint8Array, draw: Draw): Promise<string>;
  /** Called once after all cases: throws what is wrong with what they have left. */
  finish?(): Promise<void>;
}

export const accepted = 'accepted';

/** The code under test did what it must never do. */
export class Finding extends Error {
  override readonly name = 'Finding';
}
