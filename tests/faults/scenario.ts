import type { FaultySystem, SystemShape } from './system/faulty-system.ts';

/** What a scenario needs to break things. */
export interface FaultRun {
  readonly system: FaultySystem;
  /** From 0 up to 1; of the run's seed. */
  readonly random: () => number;
  /** Aborts when all clients have what they came for: then nothing more is to be broken. */
  readonly over: AbortSignal;
  /** How long an S3 server is stopped, ms. */
  readonly outageMs: number;
  /** Counts and tells what was just broken. */
  readonly broke: (what: string) => void;
}

/** One way to break a running system. */
export interface Scenario {
  readonly name: string;
  readonly shape: SystemShape;
  /** Longest that one upload takes to be sent, ms. */
  readonly uploadMsMax: number;
  /** Whether what is left behind at the end is for the API's own sweeps alone to clean up; else `hepastage reconcile` does it. */
  readonly healsItself: boolean;
  /** Whether Redis loses what it has answered: then a client may see a job that had ended as it was before, until the loss is made up for. */
  readonly forgets: boolean;
  /** Breaks things, again and again, until it is over. Whatever it broke works again when it returns. */
  breakThings(run: FaultRun): Promise<void>;
}
