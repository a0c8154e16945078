export type ServiceName = 'api' | 'worker';

/** The values of a label: a closed list; or, where they are `open`, what they say, with those that are known beforehand. */
export interface Label {
  readonly open?: string;
  readonly values?: readonly string[];
}

interface Described {
  /** What it says, for people who look at it. */
  readonly help: string;
  /** A base unit of Prometheus (`seconds`, `bytes`, `ratio`), `info` where the labels are all that it says, `flag` for 0 or 1, else what is counted. */
  readonly unit: string;
  /** Who exports it. */
  readonly services: readonly ServiceName[];
  readonly labels?: Readonly<Record<string, Label>>;
}

/** One metric of ours. */
export type Metric =
  | (Described & { readonly kind: 'counter' | 'gauge' })
  | (Described & {
      readonly kind: 'histogram';
      /** Upper bounds, in `unit`. */
      readonly buckets: readonly number[];
    });

export type Metrics = Readonly<Record<`hepastage_${string}`, Metric>>;
