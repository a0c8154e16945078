/** A sample of a Prometheus text page. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads `url`/metrics and returns the samples of `name`. */
export async function samplesOf(
  url: string,
  name: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Sample[]> {
  const page = await (await fetch(`${url}/metrics`, { headers })).text();
  return page.split('\n').flatMap((line) => {
    const [, found, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (found !== name) return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]);
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }];
  });
}
