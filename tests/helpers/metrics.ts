/** A sample of a Prometheus text page. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus text page. */
export interface MetricPage {
  /** By metric: `counter`, `gauge`, `histogram`. */
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
}

/** Reads `url`/metrics. */
export async function readMetrics(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<MetricPage> {
  const lines = (await (await fetch(`${url}/metrics`, { headers })).text()).split('\n');
  const comments = (kind: string) =>
    new Map(
      lines.flatMap((line) => {
        const [, found, name = '', text = ''] = /^# (HELP|TYPE) (\w+) (.*)$/.exec(line) ?? [];
        return found === kind ? [[name, text] as const] : [];
      }),
    );
  return { types: comments('TYPE'), helps: comments('HELP'), samples: lines.flatMap(sampleOf) };
}

/** The samples of `name` at `url`/metrics. */
export async function samplesOf(
  url: string,
  name: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Sample[]> {
  const { samples } = await readMetrics(url, headers);
  return samples.filter((sample) => sample.name === name);
}

/** The values of a metric that are not 0, by one of its labels. */
export async function valuesBy(url: string, name: string, label: string): Promise<Record<string, number>> {
  const samples = await samplesOf(url, name);
  return Object.fromEntries(
    samples.filter(({ value }) => value > 0).map(({ labels, value }) => [labels[label] ?? '', value]),
  );
}

function sampleOf(line: string): Sample[] {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) return [];
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]);
  return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }];
}
