/** Per-second increase of a counter, summed by labels. */
export function rateBy(labels: string, counter: string): string {
  return `sum by (${labels}) (rate(${counter}[$__rate_interval]))`;
}

/** How much a counter has grown over the time that is looked at, summed by labels. */
export function increaseBy(labels: string, counter: string): string {
  return `sum by (${labels}) (increase(${counter}[$__range]))`;
}

/** A quantile of a histogram, by labels. `selector`: with braces, or empty. */
export function quantileBy(quantile: number, labels: string, histogram: string, selector = ''): string {
  const by = labels === '' ? 'le' : `le, ${labels}`;
  return `histogram_quantile(${quantile}, sum by (${by}) (rate(${histogram}_bucket${selector}[$__rate_interval])))`;
}

/** The mean of a histogram, by labels. */
export function meanBy(labels: string, histogram: string, selector = ''): string {
  return `${rateBy(labels, `${histogram}_sum${selector}`)} / ${rateBy(labels, `${histogram}_count${selector}`)}`;
}
