import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  type Registry,
} from 'prom-client';
import { metricCatalogue, type MetricCatalogue, type MetricName } from './catalogue.ts';
import type { Label, Metric } from './metric.ts';

type NameOf<K extends Metric['kind']> = {
  [N in MetricName]: MetricCatalogue[N]['kind'] extends K ? N : never;
}[MetricName];

type ValueOf<L extends Label> = L extends { readonly open: string }
  ? string | number
  : L extends { readonly values: readonly (infer V)[] }
    ? V
    : never;

/** Every label of the metric, with a value that the catalogue knows. */
export type LabelsOf<N extends MetricName> = MetricCatalogue[N] extends {
  readonly labels: infer Labels extends Readonly<Record<string, Label>>;
}
  ? { readonly [L in keyof Labels]: ValueOf<Labels[L]> }
  : undefined;

/** What a metric is told: its labels, if it has any, and the rest. */
type Told<N extends MetricName, Rest extends unknown[]> =
  LabelsOf<N> extends undefined ? Rest : [labels: LabelsOf<N>, ...rest: Rest];

export interface Counter<N extends NameOf<'counter'>> {
  inc(...told: Told<N, [by?: number]>): void;
}

export interface Gauge<N extends NameOf<'gauge'>> {
  set(...told: Told<N, [value: number]>): void;
  inc(...told: Told<N, [by?: number]>): void;
  dec(...told: Told<N, [by?: number]>): void;
  /** From now on it has no value, until one is set. */
  clear(): void;
}

export interface Histogram<N extends NameOf<'histogram'>> {
  observe(...told: Told<N, [value: number]>): void;
  /** Begins the series at 0. */
  zero(...told: Told<N, []>): void;
}

/** Begins at 0 for all values of its labels that are known beforehand: a series that is seen at 0 can be watched for its first increase. */
export function counter<N extends NameOf<'counter'>>(registry: Registry, name: N): Counter<N> {
  const made = new PromCounter(described(registry, name));
  for (const labels of knownLabels(metricCatalogue[name])) made.inc(labels, 0);
  return made as unknown as Counter<N>;
}

/** `ask`: sets it whenever it is read. */
export function gauge<N extends NameOf<'gauge'>>(
  registry: Registry,
  name: N,
  ask?: (made: Gauge<N>) => void | Promise<void>,
): Gauge<N> {
  const description = described(registry, name);
  const collect = ask && { collect: async () => ask(made) };
  const kept = new PromGauge({ ...description, ...collect });
  const made = Object.assign(kept, {
    clear: () => {
      kept.reset();
      // One without labels is 0 by then.
      if (description.labelNames.length === 0) kept.remove();
    },
  }) as unknown as Gauge<N>;
  return made;
}

/** Begins at 0, as `counter` does. */
export function histogram<N extends NameOf<'histogram'>>(registry: Registry, name: N): Histogram<N> {
  const metric = metricCatalogue[name];
  const made = new PromHistogram({ ...described(registry, name), buckets: [...metric.buckets] });
  for (const labels of knownLabels(metric)) made.zero(labels);
  return made as unknown as Histogram<N>;
}

function described(registry: Registry, name: MetricName) {
  const { help, labels = {} }: Metric = metricCatalogue[name];
  return { name, help, labelNames: Object.keys(labels), registers: [registry] };
}

/** Every combination of known values; none where a label has no such values, or there are no labels. */
function knownLabels({ labels = {} }: Metric): Record<string, string>[] {
  const names = Object.entries(labels);
  if (names.length === 0) return [];
  return names.reduce<Record<string, string>[]>(
    (combinations, [name, { values = [] }]) =>
      combinations.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}
