/** What a fuzz process is to do. */
export interface FuzzTask {
  /** URL of the module that exports `targets`. */
  readonly targetsModule: string;
  readonly target: string;
  readonly seed: number;
  /** Cases from `from` to below `to`. */
  readonly from: number;
  readonly to: number;
  /** Instead of running cases, writes the input of case `from` to this file. */
  readonly writeInputTo?: string;
}

/** What a fuzz process tells, one JSON line each. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'case'; readonly index: number; readonly outcome: string }
  | { readonly kind: 'finding'; readonly index: number; readonly what: string }
  | { readonly kind: 'done'; readonly peakBytes: number };

/** File descriptor of a fuzz process that its reports go to: its standard output belongs to the code under test. */
export const reportDescriptor = 3;
